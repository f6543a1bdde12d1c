// PURE. The difference of two versions of a script: steps that are new, gone or changed, and what has changed in them.
import type { Script, Step } from '../../domain/script/script.ts'

/** A change inside a step: the place as `text.it` or `options.rinnovo.label.it`, and its values; undefined = nothing was or is there. */
export type Change = { place: string; before: unknown; after: unknown }
type Difference = {
  added: Step[]
  removed: Step[]
  changed: { before: Step; after: Step; changes: Change[] }[]
  start: { before: string; after: string } | null
}

/** Values by place; entries of lists are named by their id, else by their number. */
function places(value: unknown, prefix = ''): Map<string, unknown> {
  const at = (key: string): string => (prefix === '' ? key : `${prefix}.${key}`)
  if (typeof value !== 'object' || value === null) return new Map([[prefix, value]])
  const entries = Array.isArray(value)
    ? value.map((one: unknown, i): [string, unknown] => [(one as { id?: string } | null)?.id ?? String(i + 1), one])
    : Object.entries(value)
  return new Map(entries.filter(([, one]) => one !== undefined).flatMap(([key, one]) => [...places(one, at(key))]))
}

function changesOf(before: Step, after: Step): Change[] {
  const [old, now] = [places(before), places(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((place) => old.get(place) !== now.get(place))
    .map((place) => ({ place, before: old.get(place), after: now.get(place) }))
}

/** What `after` has that `before` has not, and the other way round. Steps are the same by their id. */
export function differenceOf(before: Script, after: Script): Difference {
  const old = new Map(before.steps.map((step) => [step.id, step]))
  const now = new Set(after.steps.map((step) => step.id))
  const pairs = after.steps.flatMap((step) => {
    const was = old.get(step.id)
    return was ? [{ before: was, after: step, changes: changesOf(was, step) }] : []
  })
  return {
    added: after.steps.filter((step) => !old.has(step.id)),
    removed: before.steps.filter((step) => !now.has(step.id)),
    changed: pairs.filter((one) => one.changes.length > 0),
    start: before.start === after.start ? null : { before: before.start, after: after.start },
  }
}
