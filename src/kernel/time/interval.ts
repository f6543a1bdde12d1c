// PURE. Sets of time as sorted, disjoint, half-open intervals in epoch milliseconds, stored flat: [from0, to0, from1, to1, …].
// Flat arrays instead of objects, because the slot engine scans hundreds of thousands of intervals in a few milliseconds.

/** The instants [from, to), in epoch ms. */
export type Range = { from: number; to: number }

/** Sorted and disjoint spans as a flat list: span i is [spans[2i], spans[2i+1]), in epoch ms. */
export type Spans = readonly number[]

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The union of half-open intervals in any order; merges adjacent intervals and drops empty ones. */
export function union(...sets: readonly Spans[]): number[] {
  const pairs: [number, number][] = []
  for (const set of sets) {
    for (let i = 0; i < set.length; i += 2) if (set[i]! < set[i + 1]!) pairs.push([set[i]!, set[i + 1]!])
  }
  pairs.sort((a, b) => a[0] - b[0])
  const out: number[] = []
  for (const [from, to] of pairs) {
    const last = out.length - 1
    if (last >= 0 && from <= out[last]!) out[last] = Math.max(out[last]!, to)
    else out.push(from, to)
  }
  return out
}

/** Time in both sets; both must be sorted and disjoint. */
export function intersect(a: Spans, b: Spans): number[] {
  const out: number[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const from = Math.max(a[i]!, b[j]!)
    const to = Math.min(a[i + 1]!, b[j + 1]!)
    if (from < to) out.push(from, to)
    if (a[i + 1]! < b[j + 1]!) i += 2
    else j += 2
  }
  return out
}

/** Time in `a` but not in `b`; both must be sorted and disjoint. */
export function subtract(a: Spans, b: Spans): number[] {
  const out: number[] = []
  let j = 0
  for (let i = 0; i < a.length; i += 2) {
    let from = a[i]!
    const to = a[i + 1]!
    while (j < b.length && b[j + 1]! <= from) j += 2
    for (let k = j; k < b.length && b[k]! < to; k += 2) {
      if (b[k]! > from) out.push(from, b[k]!)
      from = Math.max(from, b[k + 1]!)
    }
    if (from < to) out.push(from, to)
  }
  return out
}

/** Array index of the start of the interval that contains the instant `at`, or -1. */
export function indexAt(set: Spans, at: number): number {
  let low = 0
  let high = set.length / 2 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (at < set[middle * 2]!) high = middle - 1
    else if (at >= set[middle * 2 + 1]!) low = middle + 1
    else return middle * 2
  }
  return -1
}

/** Whether all of [from, to) lies in the set. */
export function covers(set: Spans, from: number, to: number): boolean {
  const index = indexAt(set, from)
  return index >= 0 && to <= set[index + 1]!
}

/** Number of the first interval that ends after `at`; the number of intervals when none does. */
export function firstEnding(set: Spans, at: number): number {
  let low = 0
  let high = set.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if (set[middle * 2 + 1]! <= at) low = middle + 1
    else high = middle
  }
  return low
}

/** Whether any part of [from, to) lies in the set. */
export function touches(set: Spans, from: number, to: number): boolean {
  const first = firstEnding(set, from)
  return first * 2 < set.length && set[first * 2]! < to
}

/** Total length of all spans, in ms. */
export const lengthOf = (set: Spans): number => set.reduce((sum, at, i) => sum + (i % 2 === 0 ? -at : at), 0)
