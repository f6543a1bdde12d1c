// PURE. Caches one value per object (WeakMap), such as a cache per process or per configuration.

/** Returns a function that creates the value on the first call with an object and returns the same value afterwards. */
export function memoizeByObject<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const kept = new WeakMap<K, V>()
  return (key) => {
    let value = kept.get(key)
    if (value === undefined) kept.set(key, (value = make(key)))
    return value
  }
}
