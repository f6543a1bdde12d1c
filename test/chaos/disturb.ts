// Causes the faults in turn, and measures how soon the APIs answer again after each and how much is acknowledged before and after.
import { setTimeout as sleep } from 'node:timers/promises'
import { FAULTS, type Fault, type Scene } from './faults.ts'
import { silence } from './judge.ts'
import { BEFORE, ratesOf, SOON, WINDOW, type Rates } from './rates.ts'

export type Disturbed = {
  fault: string
  at: number
  /** Seconds from the end of the fault until every API had answered a probe sent after it; null = not within the waiting time. */
  recovered: number | null
  /** The longest period in which no API answered, in seconds. */
  silent: number
  rates: Rates
  endedByThemselves: number
}
export type Course = { disturbed: Disturbed[]; unfit: Map<string, string> }

/** How long to wait for recovery, in ms. */
const RECOVERY = 45_000

/** Waits until every API has answered a probe sent after now and every process is ready; false if that takes too long. */
async function recovery({ prober, apis, workers }: Scene): Promise<boolean> {
  const from = Date.now()
  while (Date.now() - from < RECOVERY) {
    await sleep(50)
    if (prober.answered().every((at) => at > from) && [...apis, ...workers].every((one) => one.isReady())) return true
  }
  return false
}

async function disturb(fault: Fault, scene: Scene, round: number): Promise<Disturbed> {
  const at = Date.now()
  const before = scene.watch.ended.length
  const detail = await fault.run(scene, round)
  const ended = Date.now()
  const isRecovered = await recovery(scene)
  const recovered = Date.now()
  // The windows after this fault, and the quiet before the next.
  await sleep(Math.max(0, ended + SOON + WINDOW - Date.now()))
  const rates = ratesOf(scene.ledger.acknowledged, at, ended, fault.wanted)
  await sleep(Math.max(0, recovered + BEFORE - Date.now()))
  return {
    fault: `${fault.name} (${detail})`,
    at,
    recovered: isRecovered ? (recovered - ended) / 1000 : null,
    silent: silence(scene.ledger.answers, at, Date.now()).longest,
    rates,
    endedByThemselves: scene.watch.ended.length - before,
  }
}

/** Causes one fault after the other until `end` (epoch ms), each of them once at least; calls `tell` for each. */
export async function disturbUntil(
  end: number,
  scene: Scene,
  tell: (one: Disturbed) => void,
  only: string,
): Promise<Course> {
  const disturbed: Disturbed[] = []
  const unfit = new Map<string, string>()
  const chosen = FAULTS.filter((fault) => fault.name.includes(only))
  const fit = chosen.filter((fault) => {
    const why = fault.unfit?.(scene) ?? null
    if (why !== null) unfit.set(fault.name, why)
    return why === null
  })
  for (let turn = 0; Date.now() < end || turn < fit.length; turn += 1) {
    const one = await disturb(fit[turn % fit.length]!, scene, Math.floor(turn / fit.length))
    disturbed.push(one)
    tell(one)
  }
  return { disturbed, unfit }
}
