// PURE. Lets so many through at a time; the others wait for their turn, first those that must not wait behind strangers.

export type Turn = {
  /** Goes before all that do not. */
  isFirst?: boolean
  /** Whoever comes from the same place waits with a bounded number of its own. */
  group?: string
}
export type Bounds = {
  /** Most that wait, those that go first aside; more are refused by `full`. */
  waiting: number
  /** Of them of one group. */
  ofGroup: number
  full: () => Error
}

type Waiting = { go: () => void; isFirst: boolean; group: string }

export function semaphore(places: number, bounds?: Bounds): <T>(work: () => Promise<T>, turn?: Turn) => Promise<T> {
  let free = places
  const waiting: Waiting[] = []
  const wait = (isFirst: boolean, group: string): Promise<void> =>
    new Promise((resolve) => {
      const mine = { go: resolve, isFirst, group }
      const before = isFirst ? waiting.findIndex((one) => !one.isFirst) : -1
      if (before < 0) waiting.push(mine)
      else waiting.splice(before, 0, mine)
    })
  return async (work, { isFirst = false, group = '' } = {}) => {
    if (free > 0) free -= 1
    else {
      // Whoever goes first is bounded too, by all places that there are to wait.
      const alike = waiting.filter((one) => one.isFirst === isFirst)
      const ofGroup = alike.filter((one) => one.group === group).length
      if (bounds && (alike.length >= bounds.waiting || (!isFirst && ofGroup >= bounds.ofGroup))) throw bounds.full()
      await wait(isFirst, group)
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next.go()
      else free += 1
    }
  }
}
