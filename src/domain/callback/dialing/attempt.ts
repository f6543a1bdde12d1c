// PURE. The result of an attempt as REST or a queue delivers it.
import type { Outcome } from '../../catalogue/campaign/retry.ts'

export type AttemptInput = {
  outcome: Outcome
  at?: string
  startedAt?: string
  callAgainAt?: string
  note?: string
  answers?: Readonly<Record<string, unknown>>
  doNotCall?: boolean
}

/** The instants of an attempt as epoch ms; it ended at `now` by default. */
export function instantsOf(
  input: Pick<AttemptInput, 'at' | 'startedAt' | 'callAgainAt'>,
  now: number,
): { at: number; startedAt: number | undefined; callAgainAt: number | undefined } {
  const read = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text))
  return { at: read(input.at) ?? now, startedAt: read(input.startedAt), callAgainAt: read(input.callAgainAt) }
}
