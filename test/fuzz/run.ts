// `npm run fuzz`: sends many requests over HTTP to a service in a separate process; prints every distinct fault and how to reproduce it.
// AGENDA_FUZZ_SEED repeats a run, `--requests` sets the number.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startDrive } from './drive.ts'
import { groupText, groupsOf, newJudge, type Judge } from './judge.ts'
import { describeOperations, PLATFORM_KEY, residentBytes, startTarget } from './service.ts'
import { httpSender, type Send } from './transport.ts'

const MB = 1024 * 1024
/** By how much resident memory may grow after the code is compiled and the caches are full. */
const MOST_GROWTH = 150 * MB
/** After this idle time V8 releases memory that it does not use, ms. */
const REST = 10_000
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const HELP = `npm run fuzz -- [--requests 100000] [--concurrency 8] [--warm-up 4000] [--seed N] [--routes]

Sends generated requests to the service on the embedded database (or FUZZ_DATABASE_URL). --seed, or AGENDA_FUZZ_SEED, repeats a
run; --routes prints the answers of every route.
`

const table = (map: ReadonlyMap<string, number>): string =>
  [...map]
    .sort()
    .map(([name, count]) => `${name} ${count}`)
    .join('  ')

function summary(judge: Judge, showsRoutes: boolean): void {
  const classes = new Map<string, number>()
  for (const [status, count] of judge.statuses)
    classes.set(`${status[0]}xx`, (classes.get(`${status[0]}xx`) ?? 0) + count)
  say(`\nanswers: ${table(classes)}\n         ${table(judge.statuses)}`)
  const routes = [...judge.routes].sort()
  const neverGood = routes.filter(([, seen]) => !seen.has('2xx') && !seen.has('3xx')).map(([route]) => route)
  say(`routes: ${routes.length} called; without any success: ${neverGood.length}`)
  if (showsRoutes) for (const [route, seen] of routes) say(`  ${route.padEnd(70)} ${table(seen)}`)
  else for (const route of neverGood) say(`  ${route.padEnd(70)} ${table(judge.routes.get(route)!)}`)
  say('slowest:')
  for (const { ms, request, status } of judge.slowest)
    say(
      `  ${String(Math.round(ms)).padStart(6)} ms  ${status}  ${request.route}  (number ${request.n}, ${request.kind})`,
    )
}

/** The memory figures of the service's own metrics. */
async function heapText(send: Send): Promise<string> {
  const { text } = await send({ method: 'GET', url: '/metrics', headers: {} })
  const of = (name: string): string =>
    `${name} ${(Number(new RegExp(`^nodejs_${name}_bytes (\\S+)`, 'm').exec(text)?.[1] ?? 0) / MB).toFixed(0)} MB`
  return ['heap_size_used', 'heap_size_total', 'external_memory'].map(of).join(', ')
}

async function run(
  count: number,
  warmUp: number,
  concurrency: number,
  seed: number,
  showsRoutes: boolean,
): Promise<number> {
  const operations = await describeOperations()
  const target = await startTarget()
  const send = httpSender(target.base, concurrency)
  const pid = target.child.pid!
  let isGone = false
  target.child.once('exit', () => (isGone = true))
  const judge = newJudge()
  const began = performance.now()
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(0)
  try {
    const port = Number(new URL(target.base).port)
    const drive = await startDrive({
      seed,
      concurrency,
      judge,
      send,
      port,
      platformKey: PLATFORM_KEY,
      operations,
      now: Date.now,
      leavesStreams: true,
    })
    await drive.go(0, warmUp)
    await sleep(REST)
    const before = residentBytes(pid)
    const heapBefore = await heapText(send)
    say(`${operations.length} routes; warm after ${warmUp} requests and ${seconds()} s, ${(before / MB).toFixed(0)} MB`)
    let told = performance.now()
    await drive.go(warmUp, count, (n) => {
      if (isGone) throw new Error(`the service ended: ${target.rest.slice(-20).join('\n')}`)
      if (performance.now() - told < 5_000) return
      told = performance.now()
      say(
        `${seconds().padStart(5)} s  ${n - warmUp} requests, ${judge.faults.length} faults kept, ${(residentBytes(pid) / MB).toFixed(0)} MB, town ${drive.towns()}`,
      )
    })
    const once = await drive.replaySuspects()
    if (once.length > 0) say(`slow once and not again, alone: ${once.map((r) => `${r.route} (${r.n})`).join(', ')}`)
    await sleep(REST)
    const after = residentBytes(pid)
    const heapAfter = await heapText(send)
    summary(judge, showsRoutes)
    say(`memory: ${(before / MB).toFixed(0)} MB before, ${(after / MB).toFixed(0)} MB after`)
    say(`        first thread before: ${heapBefore}\n        first thread after:  ${heapAfter}`)
    say(`${count} requests in ${seconds()} s`)
    const groups = groupsOf(judge.faults, target.notes)
    say(`\n${groups.length} distinct faults\n`)
    for (const group of groups) say(`${groupText(group)}\n`)
    const hasGrown = after - before > MOST_GROWTH
    if (hasGrown)
      say(`resident memory has grown by ${((after - before) / MB).toFixed(0)} MB, more than ${MOST_GROWTH / MB} MB`)
    say(`seed ${seed}: ${groups.length > 0 || hasGrown ? 'FAILED' : 'passed'}`)
    return groups.length > 0 || hasGrown ? 1 : 0
  } finally {
    send.close()
    await target.stop()
  }
}

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    'warm-up': { type: 'string', default: '4000' },
    concurrency: { type: 'string', default: '8' },
    seed: { type: 'string', default: process.env.AGENDA_FUZZ_SEED ?? String(Date.now() % 2 ** 31) },
    routes: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(HELP)
else {
  say(`seed ${values.seed} (AGENDA_FUZZ_SEED=${values.seed} repeats it)`)
  process.exitCode = await run(
    Number(values.requests),
    Number(values['warm-up']),
    Number(values.concurrency),
    Number(values.seed),
    values.routes,
  )
}
