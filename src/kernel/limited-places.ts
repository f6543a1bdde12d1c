// PURE. Limits how many of something exist at the same time, by name: of one caller, of one tenant, of the process.

/** Takes a place under each name; returns how to give them back, which counts once, or null if one of the names is full. */
export function takePlaces(
  taken: Map<string, number>,
  limits: readonly (readonly [name: string, most: number])[],
): (() => void) | null {
  if (limits.some(([name, most]) => (taken.get(name) ?? 0) >= most)) return null
  for (const [name] of limits) taken.set(name, (taken.get(name) ?? 0) + 1)
  let isGivenBack = false
  return () => {
    if (isGivenBack) return
    isGivenBack = true
    for (const [name] of limits) {
      const left = (taken.get(name) ?? 1) - 1
      if (left > 0) taken.set(name, left)
      else taken.delete(name)
    }
  }
}
