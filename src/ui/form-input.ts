// PURE. Reads typed text of forms and addresses.

/** Form fields or URL parameters, by name. */
export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>

export const isText = (value: unknown): value is string => typeof value === 'string'

/** The text fields of a value; drops all others. The record has no prototype, so that names like `constructor` are undefined. */
export function fieldsOf(value: unknown): Fields {
  const fields: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>
  if (typeof value !== 'object' || value === null) return fields
  for (const [name, one] of Object.entries(value)) {
    if (isText(one)) fields[name] = one
    else if (Array.isArray(one)) fields[name] = one.filter(isText)
  }
  return fields
}

/** The first text of a field; '' if absent. */
export const firstText = (fields: Fields, name: string): string => {
  const value = fields[name]
  return (isText(value) ? value : value?.[0]) ?? ''
}

/** The first text of each field. */
export const firstTexts = (value: unknown): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(fieldsOf(value)).map(([name, one]) => [name, isText(one) ? one : one?.[0]]))

/** One text of a form, trimmed; at most `most` characters are kept. */
export function textOf(form: Fields, name: string, most = 4000): string {
  const value = form[name]
  const text = typeof value === 'string' ? value : (value?.[0] ?? '')
  return cut(text.trim().replace(/\r\n/g, '\n'), most)
}

/** Cuts to at most `most` UTF-16 units and removes half of a surrogate pair at the end, which databases reject. */
export const cut = (text: string, most: number): string => text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')
