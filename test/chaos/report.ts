// PURE. Builds the table at the end of a run, and tells whether all figures that must be zero are zero.
import type { Verdict, Waiting } from './checker.ts'
import { byCause, type Ended } from './ended.ts'
import type { Course } from './disturb.ts'
import type { Handover } from './handover.ts'
import { silence, type Finding } from './judge.ts'
import { sum, type Ledger } from './ledger.ts'
import type { Watch } from './processes.ts'

type Row = { name: string; value: string; wanted: string; met: boolean | null }
export type Run = {
  ledger: Ledger
  watch: Watch
  verdict: Verdict
  course: Course
  /** What came from outside: e-mails and webhooks, repeats included. */
  taken: { mails: number; webhooks: number }
  handovers: readonly Handover[]
  waiting: Waiting
  /** The period in which faults were caused, epoch ms. */
  from: number
  to: number
}

const HANDOVER_SECONDS = 30
/** How many examples of a finding are printed. */
const EXAMPLES = 5
/** How many lines of a process's last output are printed; --report contains all of them. */
const LINES = 45

const zero = (name: string, n: number, detail = ''): Row => ({
  name,
  value: detail === '' ? String(n) : `${n} (${detail})`,
  wanted: '0',
  met: n === 0,
})
const told = (name: string, value: string | number): Row => ({ name, value: String(value), wanted: '', met: null })
const seconds = (n: number): string => `${n.toFixed(1)} s`

function phases(ended: readonly Ended[]): string {
  if (ended.length === 0) return ''
  const starting = ended.filter((one) => one.phase === 'starting').length
  return `${ended.length - starting} while running, ${starting} while starting`
}

function handoverRow(handovers: readonly Handover[]): Row {
  const slowest = new Map<string, number>()
  for (const { byKind } of handovers)
    for (const [kind, took] of byKind) slowest.set(kind, Math.max(slowest.get(kind) ?? 0, took))
  const longest = Math.max(0, ...slowest.values())
  const detail = [...slowest].sort((a, b) => b[1] - a[1]).map(([kind, took]) => `${kind} ${seconds(took)}`)
  return {
    name: `work of a killed worker taken on, ${handovers.length} kills`,
    value:
      handovers.length === 0 ? 'not measured' : `${seconds(longest)}${detail.length ? ` (${detail.join(', ')})` : ''}`,
    wanted: `< ${HANDOVER_SECONDS} s`,
    met: handovers.length === 0 ? null : longest < HANDOVER_SECONDS,
  }
}

export function rowsOf(run: Run): Row[] {
  const { ledger, watch, verdict, course } = run
  const late = course.disturbed.filter((one) => !one.rates.isMet)
  const kinds = (kind: string): number => ledger.changes.filter((one) => one.kind === kind).length
  const { dials } = verdict
  const quiet = silence(ledger.answers, run.from, run.to)
  const unbooked = silence(ledger.bookings, run.from, run.to)
  const waiting = run.waiting.map(({ what, n }) => `${n} ${what}`).join(', ')
  return [
    told('faults made', `${course.disturbed.length} in ${seconds((run.to - run.from) / 1000)}`),
    told(
      'acknowledged',
      `${kinds('booked')} bookings, ${ledger.promises.length} callbacks, ${kinds('cancelled')} cancellations, ${kinds('moved')} moves, ${ledger.results.length} results`,
    ),
    told('in the database', `${verdict.rows.appointments} appointments, ${verdict.rows.callbacks} callbacks`),
    told('answers lost, of failure, refusals', [ledger.lost, ledger.failed, ledger.refused].map(sum).join(', ')),
    told('requests whose end stayed unknown', ledger.givenUp),
    zero('acknowledged and lost', verdict.lost.length),
    zero('double bookings: overlapping time of an agent', verdict.overlaps.length),
    zero('double bookings: one key or external id twice', verdict.doubledKeys.length),
    zero('appointments without their time, time without appointment', verdict.unkept.length),
    told('attempts dialled, repeats under the same key', `${dials.attempts}, ${dials.repeats}`),
    zero('duplicate dials: one attempt under two keys', dials.duplicates.length),
    zero('results counted twice', verdict.countedTwice.length),
    zero(
      'still waiting after settling',
      run.waiting.reduce((all, one) => all + one.n, 0),
      waiting,
    ),
    told('e-mails, webhooks taken outside', `${run.taken.mails}, ${run.taken.webhooks}`),
    zero('messages sent twice under other ids', verdict.sentTwice.length),
    zero('bookings not told by webhook, e-mails marked as sent that nobody got', verdict.untold.length),
    {
      name: 'faults after which the rate did not come back',
      value: `${late.length} of ${course.disturbed.length}`,
      wanted: 'none',
      met: late.length === 0,
    },
    zero('parked jobs and deliveries', verdict.parked.length),
    zero('processes that ended by themselves', watch.ended.length, phases(watch.ended)),
    told(
      'without any answer: longest, total',
      `${seconds(quiet.longest)}, ${seconds(quiet.total)} in ${quiet.times} stretches`,
    ),
    told(
      'without a booking: longest, total',
      `${seconds(unbooked.longest)}, ${seconds(unbooked.total)} in ${unbooked.times} stretches`,
    ),
    handoverRow(run.handovers),
    told('error lines logged', sum(watch.errors)),
    zero('error lines without a message', watch.withoutMessage),
    told('error lines without code or cause', watch.withoutCause),
  ]
}

/** Whether a run with these rows succeeded: every figure that must be zero is zero. */
export const isClean = (rows: readonly Row[]): boolean => rows.every((row) => row.wanted !== '0' || row.met === true)

/** The faults with what was acknowledged a second before and after, or during, each. */
export function ratesTable({ disturbed, unfit }: Course): string {
  const cells = disturbed.map(({ fault, recovered, silent, rates }) => [
    fault,
    recovered === null ? 'no' : seconds(recovered),
    seconds(silent),
    rates.before.toFixed(0),
    rates.reached.toFixed(0),
    `${rates.share} %`,
    `≥ ${rates.wanted.share} % ${rates.wanted.when}`,
    rates.isMet ? 'yes' : '**no**',
  ])
  const head = ['fault', 'ready again', 'no answer', 'before /s', 'then /s', 'share', 'wanted', 'reached']
  const left = [...unfit].map(([name, why]) => `Not made: ${name}, because ${why}`)
  return [table(head, cells), ...left].join('\n')
}

export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((r) => [r.name, r.value, r.wanted, r.met === null ? '' : r.met ? 'yes' : '**no**'])
  return table(['figure', 'value', 'wanted', 'reached'], cells)
}

function table(head: readonly string[], cells: readonly string[][]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((cell) => cell[i]!.length)))
  const line = (cell: readonly string[]): string => `| ${cell.map((text, i) => text.padEnd(widths[i]!)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}

const indented = (lines: readonly string[]): string => lines.map((line) => `    ${line}`).join('\n')

function counted(title: string, counts: ReadonlyMap<string, number>): string[] {
  if (counts.size === 0) return []
  const lines = [...counts].sort((a, b) => b[1] - a[1]).map(([name, n]) => `${n} × ${name}`)
  return [`${title}\n${indented(lines)}`]
}

function examples(title: string, all: readonly Finding[]): string[] {
  if (all.length === 0) return []
  const lines = all.slice(0, EXAMPLES).map(({ what, id, why }) => `${what} ${id} ${why}`)
  return [`${title} (${all.length})\n${indented(lines)}`]
}

/** Details of the figures: causes with the last output, counts of answers, examples of findings. */
export function detailsOf({ ledger, watch, verdict }: Run): string {
  const causes = byCause(watch.ended).map(
    ({ cause, times, names, tail }) =>
      `Ended by itself ${times} × (${names.join(', ')}): ${cause}\n${indented(tail.slice(0, LINES))}`,
  )
  return [
    ...causes,
    ...examples('Lost', verdict.lost),
    ...examples('Overlaps', verdict.overlaps),
    ...examples('Keys twice', verdict.doubledKeys),
    ...examples('Time and appointments apart', verdict.unkept),
    ...examples('Duplicate dials', verdict.dials.duplicates),
    ...examples('Counted twice', verdict.countedTwice),
    ...examples('Sent twice', verdict.sentTwice),
    ...examples('Not told', verdict.untold),
    ...examples('Parked', verdict.parked),
    ...counted('Error lines', watch.errors),
    ...counted('Answers of failure', ledger.failed),
    ...counted('Lost answers', ledger.lost),
    ...counted('Refusals', ledger.refused),
  ].join('\n\n')
}
