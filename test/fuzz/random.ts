// PURE. Random numbers that are repeatable by seed (mulberry32), and choices drawn with them.

export type Random = {
  /** In [0, 1). */
  next: () => number
  /** A whole number from `low` to `high`, both included. */
  int: (low: number, high: number) => number
  chance: (share: number) => boolean
  pick: <T>(list: readonly T[]) => T
  /** One of the names, chosen by weight. */
  weighed: <T extends string>(weights: Readonly<Record<T, number>>) => T
}

export function randomOf(seed: number): Random {
  let a = seed | 0
  const next = (): number => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    int,
    chance: (share) => next() < share,
    pick: (list) => list[int(0, list.length - 1)]!,
    weighed(weights) {
      const entries = Object.entries(weights) as [keyof typeof weights, number][]
      let dice = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of entries) if ((dice -= weight) < 0) return name
      return entries.at(-1)![0]
    },
  }
}

/** The seed of the nth request of a run: each request is independent of the order of the answers. */
export const seedOf = (seed: number, n: number): number =>
  Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(n, 0xc2b2ae35)
