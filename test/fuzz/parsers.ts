// `npm run fuzz:parsers`: coverage-guided fuzzing of the parsers. Inputs that reach new code are kept and changed further. Prints each fault
// once with its input; exits with 1 if there is any. Alternative tried: jazzer.js; its binary needs a newer C library than Debian 12 has.
import { parseArgs } from 'node:util'
import { startCoverage } from './coverage.ts'
import { mutated } from './mutate.ts'
import { randomOf } from './random.ts'
import { TARGETS, type Target } from './targets.ts'

const HELP = `npm run fuzz:parsers -- [--seconds 20] [--seed N] [--only NAME]

  --seconds  for each of the ${TARGETS.length} parsers
  --seed     repeats a run, up to how far it comes in its time
  --only     one parser: ${TARGETS.map(({ name }) => name).join(', ')}
`
const FILES = /\/(src|ical\.js|liquidjs|csv-parse|postal-mime|rrule|libphonenumber-js)\//
/** The longest that one input may take, ms, and how many inputs share one look at the coverage. */
const [SLOWEST, ROUND] = [3_000, 8]

const say = (text: string): void => void process.stdout.write(`${text}\n`)
type Faults = Map<string, { input: string; error: string }>

/** Runs one input; notes a fault by the place where it was thrown. */
async function run(target: Target, input: string, faults: Faults): Promise<void> {
  const began = performance.now()
  let error = ''
  try {
    await target.check(input)
  } catch (thrown) {
    error = (thrown as Error).stack ?? String(thrown)
  }
  const took = performance.now() - began
  if (error === '' && took > SLOWEST) error = `slow: ${took.toFixed(0)} ms`
  if (error === '') return
  const place = error.startsWith('slow') ? 'slow' : (/^\s+at .*$/m.exec(error)?.[0] ?? error)
  const known = faults.get(place)
  // The shortest input is the best to read.
  if (!known || known.input.length > input.length) faults.set(place, { input, error })
}

async function fuzz(target: Target, seconds: number, seed: number): Promise<Faults> {
  const random = randomOf(seed)
  const corpus = [...target.seeds]
  const faults: Faults = new Map()
  const coverage = await startCoverage(FILES)
  const end = performance.now() + seconds * 1000
  let [inputs, blocks] = [0, 0]
  for (const text of corpus) await run(target, text, faults)
  blocks += await coverage.fresh()
  while (performance.now() < end) {
    const round: string[] = []
    for (let i = 0; i < ROUND; i += 1) {
      // Later entries reached something rare: prefer them.
      const base = random.chance(0.5)
        ? random.pick(corpus)
        : corpus[random.int(Math.max(0, corpus.length - 20), corpus.length - 1)]!
      round.push(mutated(base, random, random.pick(corpus), target.words))
    }
    for (const text of round) await run(target, text, faults)
    inputs += round.length
    const fresh = await coverage.fresh()
    blocks += fresh
    if (fresh > 0) corpus.push(...round)
    if (corpus.length > 2_000) corpus.splice(target.seeds.length, 1_000)
  }
  await coverage.stop()
  say(
    `${target.name.padEnd(20)} ${String(inputs).padStart(7)} inputs, ${String(blocks).padStart(5)} blocks, ${corpus.length} kept, ${faults.size} faults`,
  )
  return faults
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) say(HELP)
else {
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  say(`seed ${seed}`)
  let count = 0
  for (const target of TARGETS.filter(({ name }) => values.only === undefined || name === values.only)) {
    for (const { input, error } of (await fuzz(target, Number(values.seconds ?? 20), seed)).values()) {
      count += 1
      say(`FAULT in ${target.name} by ${JSON.stringify(input)}\n${error}\n`)
    }
  }
  say(`${count} faults`)
  process.exitCode = count === 0 ? 0 : 1
}
