// PURE. A semaphore with a limited queue: runs a fixed number of tasks at a time; the others wait in order, priority tasks first.

export type Turn = {
  /** Priority: runs before all waiting tasks without it. */
  isFirst?: boolean
  /** Tasks of the same group share the limit `ofGroup`. */
  group?: string
}
type Bounds = {
  /** Maximum waiting tasks, counted separately with and without priority; `full` creates the error for more. */
  waiting: number
  /** Maximum waiting tasks of one group, without priority. */
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
      // Priority tasks are limited by `waiting` too, but not per group.
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
