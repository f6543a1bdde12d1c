// PURE. UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then random bits with a counter, so that ids made by one process
// within a millisecond keep their order.

/** Draws random bytes in bulk: one system call for each id or code costs more than the rest of making it. */
export function pooledBytes(randomBytes: (length: number) => Uint8Array): (length: number) => Uint8Array {
  let pool: Uint8Array = new Uint8Array(0)
  let used = 0
  return (length) => {
    if (length > 256) return randomBytes(length)
    if (used + length > pool.length) {
      pool = randomBytes(4096)
      used = 0
    }
    used += length
    return pool.subarray(used - length, used)
  }
}

/** A generator of UUIDv7 over a clock (epoch ms) and a source of random bytes. */
export function uuidSource(now: () => number, randomBytes: (length: number) => Uint8Array): () => string {
  let last = 0
  let counter = 0
  return () => {
    const at = Math.max(now(), last)
    const random = randomBytes(10)
    // rand_a (12 bits) counts within a millisecond from a random start below 2048, the rest is random.
    counter = at === last ? counter + 1 : ((random[0]! << 8) | random[1]!) & 0x7ff
    last = counter > 0xfff ? at + 1 : at
    if (counter > 0xfff) counter = 0
    const time = last.toString(16).padStart(12, '0')
    const tail = Buffer.from(random.subarray(2)).toString('hex')
    const variant = ((random[2]! & 0x3f) | 0x80).toString(16)
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant}${tail.slice(2, 4)}-${tail.slice(4)}`
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether the text is an id as this service writes them. */
export const isUuid = (text: string): boolean => UUID.test(text)

/** An id from its 32 hexadecimal digits; other text comes out as it is. */
export const uuidOfHex = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** The instant (epoch ms) at which an id was made. */
export const timeOfUuid = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** The smallest id that could be made at an instant (epoch ms): a border between what came before and after. */
export function uuidAt(at: number): string {
  const time = Math.max(0, at).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}
