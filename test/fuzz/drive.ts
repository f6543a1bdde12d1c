// Drives a run: sends the requests of a seed, some of them concurrently, judges and learns from each answer, and creates callers again
// when the requests have locked them out.
import { explore, isWhole, keepCookies, learn, makeTown, type Stage, type Town } from './callers.ts'
import { requestAt, type Credentials, type FuzzRequest, type Operation } from './generator.ts'
import { faultsIn, SLOW, type Judge } from './judge.ts'
import { randomOf, seedOf } from './random.ts'
import { attack, attackFrom } from './raw.ts'
import { newWorld } from './world.ts'
import type { Send } from './transport.ts'

type Run = {
  seed: number
  concurrency: number
  judge: Judge
  send: Send
  /** Port for malformed HTTP. */
  port: number
  platformKey: string
  operations: readonly Operation[]
  /** The service's current time. */
  now: () => number
  /** Whether the sender can leave a stream once it has begun. */
  leavesStreams: boolean
}

/** How often a request is malformed HTTP, and how often the run checks that all callers can still get in. */
const RAW_EVERY = 40
const LOOK_EVERY = 2_000
/** How often the run starts with a new tenant: one tenant with the records of all requests would slow the run by its size. */
const NEW_EVERY = 6_000

type Drive = {
  go: (from: number, count: number, seen?: (n: number) => void) => Promise<void>
  towns: () => number
  /** Repeats slow requests; returns those that were slow only once. */
  replaySuspects: () => Promise<FuzzRequest[]>
}

async function sendRaw(run: Run, n: number, key: string, slug: string): Promise<void> {
  const raw = attackFrom(randomOf(seedOf(run.seed, n)), key, slug)
  const answer = await attack(run.port, raw)
  if (answer === null) return
  const text = raw.parts.map((p) => p.toString('latin1')).join('')
  const request: FuzzRequest = {
    n,
    route: `malformed HTTP: ${raw.name}`,
    caller: 'socket',
    method: 'GET',
    url: '/',
    headers: {},
    body: text.slice(0, 1000),
    from: '',
    kind: 'raw',
    isStream: false,
  }
  for (const [kind, seen] of faultsIn(request, {
    status: answer.status,
    headers: { 'content-type': answer.type },
    text: answer.text,
    ms: 0,
  })) {
    // The body was cut off or chunked: the test client does not read it to the end.
    if (kind !== 'unreadable JSON') run.judge.add(kind, request, seen)
  }
}

/** Prepares tenants and callers. */
export async function startDrive(run: Run): Promise<Drive> {
  const random = randomOf(run.seed)
  const world = newWorld(run.now())
  const stage: Stage = { send: run.send, platformKey: run.platformKey, world, operations: run.operations, random }
  let made = 0
  let main: Town
  let callers: Credentials[] = []
  async function build(): Promise<void> {
    made += 1
    world.values.clear()
    world.spared.clear()
    const elsewhere = { ...stage, world: newWorld(run.now()) }
    const other = await makeTown(elsewhere, `altro-${run.seed.toString(36)}-${made}`, false)
    world.foreign = [...elsewhere.world.values].flatMap(([name, ids]) => (name.startsWith('id of ') ? ids : []))
    main = await makeTown(stage, `ente-${run.seed.toString(36)}-${made}`, true)
    await explore(stage, main)
    callers = [...main.callers, ...other.callers]
  }
  await build()

  async function one(n: number): Promise<void> {
    if (n % RAW_EVERY === 0) return sendRaw(run, n, main.key, main.slug)
    const request = requestAt(run.seed, n, { operations: run.operations, callers, world })
    if (request.isStream && !run.leavesStreams) return
    try {
      const answer = await run.send(request)
      run.judge.see(request, answer)
      if (request.caller !== 'other key') learn(stage, request.url, answer)
      const caller = callers.find((c) => c.name === request.caller)
      if (caller) keepCookies(caller, answer)
    } catch (error) {
      run.judge.add('no answer', request, String(error))
    }
  }

  return {
    towns: () => made,
    async go(from, count, seen) {
      for (let at = from; at < from + count; at += LOOK_EVERY) {
        let next = at
        const end = Math.min(from + count, at + LOOK_EVERY)
        const work = async (): Promise<void> => {
          while (next < end) {
            const n = next++
            await one(n)
            seen?.(n)
          }
        }
        await Promise.all(Array.from({ length: run.concurrency }, work))
        world.now = run.now()
        if (end >= from + count) continue
        if (end % NEW_EVERY === 0 || !(await isWhole(stage, main))) await build()
      }
    },
    /** On a busy machine anything can be slow: a request counts as slow only if it is slow again alone, three times. */
    async replaySuspects() {
      const once: FuzzRequest[] = []
      for (const request of run.judge.suspects.splice(0)) {
        let best = Infinity
        for (let i = 0; i < 3 && best > SLOW; i += 1)
          best = Math.min(
            best,
            await run.send(request).then(
              (a) => a.ms,
              () => Infinity,
            ),
          )
        if (best <= SLOW) once.push(request)
        else run.judge.add('slower than two seconds', request, `at best ${Math.round(best)} ms alone`)
      }
      return once
    },
  }
}
