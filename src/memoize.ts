// PURE. Something of one's own for each of the objects that come by, for as long as they live: a cache a process, a configuration.

/** Makes it when an object first asks, and gives the same ever after. */
export function memoizeByObject<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const kept = new WeakMap<K, V>()
  return (key) => {
    let value = kept.get(key)
    if (value === undefined) kept.set(key, (value = make(key)))
    return value
  }
}
