// PURE. Segments: rules that match a request and set its campaign, priority and script.

type Value = string | number | boolean
type Condition = {
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
}
export type Attributes = Readonly<Record<string, Value | undefined>>

function holds({ attribute, is, value }: Condition, attributes: Attributes): boolean {
  const actual = attributes[attribute]
  const isPresent = actual !== undefined && actual !== ''
  switch (is) {
    case 'present':
      return isPresent
    case 'absent':
      return !isPresent
    case 'equal':
      return isPresent && String(actual) === String(value)
    case 'not_equal':
      return !isPresent || String(actual) !== String(value)
    case 'one_of':
      return isPresent && Array.isArray(value) && value.includes(String(actual))
    case 'at_least':
      return isPresent && Number(actual) >= Number(value)
    case 'at_most':
      return isPresent && Number(actual) <= Number(value)
  }
}

/** The first segment whose conditions all hold, or null. */
export function segmentOf(segments: readonly Segment[], attributes: Attributes): Segment | null {
  return segments.find((segment) => segment.when.every((condition) => holds(condition, attributes))) ?? null
}
