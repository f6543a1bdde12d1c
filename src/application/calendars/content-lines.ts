// PURE. Content lines of iCalendar (RFC 5545 §3.1).

/** Folds a line into parts of at most 75 octets (RFC 5545 §3.1). */
export function folded(line: string): string {
  const parts: string[] = []
  let part = ''
  let size = 0
  for (const sign of line) {
    const bytes = Buffer.byteLength(sign)
    if (size + bytes > 75) {
      parts.push(part)
      part = ' '
      size = 1
    }
    part += sign
    size += bytes
  }
  return [...parts, part].join('\r\n')
}

/** Folds by octets an object that was folded by characters. */
export const refolded = (object: string): string =>
  object
    .replace(/\r\n[ \t]/g, '')
    .split('\r\n')
    .map(folded)
    .join('\r\n')
