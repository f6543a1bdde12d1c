// PURE. Segments: rules that match a request and set its campaign, priority and script.

type Value = string | number | boolean
export type Condition = {
  attribute: string
  is: 'equal' | 'not_equal' | 'one_of' | 'at_least' | 'at_most' | 'present' | 'absent'
  value?: Value | readonly string[] | undefined
}
export type Segment = {
  name: string
  when: readonly Condition[]
  campaignId?: string | undefined
  priority?: number | undefined
  scriptRef?: string | undefined
  scriptId?: string | undefined
}
export type Attributes = Readonly<Record<string, Value | undefined>>

/** Whether a condition holds; a list fits a value when the value is in it. */
export function holds(
  { attribute, is, value }: Condition,
  valueOf: (name: string) => Value | readonly string[] | undefined,
): boolean {
  const actual = valueOf(attribute)
  const isPresent = actual !== undefined && actual !== '' && !(Array.isArray(actual) && actual.length === 0)
  const actuals = (Array.isArray(actual) ? actual : [actual]).map(String)
  switch (is) {
    case 'present':
      return isPresent
    case 'absent':
      return !isPresent
    case 'equal':
      return isPresent && actuals.includes(String(value))
    case 'not_equal':
      return !isPresent || !actuals.includes(String(value))
    case 'one_of':
      return isPresent && Array.isArray(value) && actuals.some((one) => value.includes(one))
    case 'at_least':
      return isPresent && Number(actual) >= Number(value)
    case 'at_most':
      return isPresent && Number(actual) <= Number(value)
  }
}

/** The first segment whose conditions all hold, or null. */
export function segmentOf(segments: readonly Segment[], attributes: Attributes): Segment | null {
  return (
    segments.find((segment) => segment.when.every((condition) => holds(condition, (name) => attributes[name]))) ?? null
  )
}
