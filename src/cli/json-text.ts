// PURE. JSON for a file that people compare between versions: what fits on a line stands on one line.

const WIDTH = 140

/** The value as JSON; objects and arrays that do not fit on a line of 140 characters have a line for each member. */
export function jsonText(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value)
  if (flat === undefined || flat.length + indent.length <= WIDTH || typeof value !== 'object' || value === null)
    return flat ?? 'null'
  const inner = `${indent} `
  const members = Array.isArray(value)
    ? value.map((one) => jsonText(one, inner))
    : Object.entries(value).flatMap(([name, one]) =>
        one === undefined ? [] : [`${JSON.stringify(name)}: ${jsonText(one, inner)}`],
      )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${members.map((text) => inner + text).join(',\n')}\n${indent}${close}`
}
