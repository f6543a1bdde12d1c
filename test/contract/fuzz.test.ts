// Sends thousands of requests that are generated from the API description and the route table, from valid to hostile, by callers of
// every kind: none causes a 5xx, a hang, or internal details in an answer. `npm run fuzz` sends many more over HTTP; AGENDA_FUZZ_SEED
// repeats a run.
import type { AddressInfo } from 'node:net'
import type { FastifyError, FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { asAppError } from '../../src/http/problem.ts'
import { startDrive } from '../fuzz/drive.ts'
import { groupsOf, groupText, newJudge, type Noted } from '../fuzz/judge.ts'
import { describeOperations } from '../fuzz/service.ts'
import { injectSender } from '../fuzz/transport.ts'
import { PLATFORM_KEY, startService } from '../helpers/service.ts'

/** The same requests on every run; `npm run fuzz` uses random ones. */
const SEED = Number(process.env.AGENDA_FUZZ_SEED ?? 20261123)
/** 5,000 in the second run of .ci/run; `npm run fuzz` sends any number. */
const REQUESTS = Number(process.env.AGENDA_FUZZ_REQUESTS ?? (process.env.TEST_DATABASE_URL ? 5000 : 400))

/** Records what the service would log about a failure, with the text of the error. */
const noteFailures = (notes: Noted[]) => (app: FastifyInstance) =>
  app.addHook('onError', async (request, _reply, error: FastifyError) => {
    if (asAppError(error, 0).status < 500) return
    const cause = (error.cause ?? error) as FastifyError
    const frames = cause.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
    const what = [cause.code, cause.message.slice(0, 300)].filter(Boolean).join(' ')
    notes.push({ id: request.id, what, frames, at: performance.now() })
  })

test(`no request whatever is answered by a failure (seed ${SEED})`, async () => {
  const notes: Noted[] = []
  const service = await startService({ observe: noteFailures(notes) })
  await service.app.listen({ port: 0, host: '127.0.0.1' })
  const judge = newJudge()
  const drive = await startDrive({
    ...{ seed: SEED, concurrency: 4, judge, platformKey: PLATFORM_KEY, leavesStreams: false },
    send: injectSender(service.app),
    port: (service.app.server.address() as AddressInfo).port,
    operations: await describeOperations(),
    now: () => service.clock.now,
  })
  await drive.go(0, REQUESTS)
  await drive.replaySuspects()
  await service.close()
  const answers = [...judge.statuses.values()].reduce((sum, count) => sum + count, 0)
  expect(answers).toBeGreaterThan(REQUESTS * 0.9)
  // If every request were refused early, the run would prove nothing about the code behind the checks.
  const good = ['200', '201', '204', '303'].reduce((sum, status) => sum + (judge.statuses.get(status) ?? 0), 0)
  expect(good).toBeGreaterThan(REQUESTS * 0.15)
  const faults = groupsOf(judge.faults, notes).map(groupText)
  if (faults.length > 0) throw new Error(`${faults.length} distinct faults\n\n${faults.join('\n\n')}`)
})
