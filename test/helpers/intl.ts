// Wall clocks computed by Intl alone, without code of src/kernel/time/zone.ts: the reference for the tests of zones and of the engine.
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (!format) {
    const [year, month, day, hour, minute, second] = Array<'numeric'>(6).fill('numeric')
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year,
      month,
      day,
      hour,
      minute,
      second,
    })
    formats.set(zone, format)
  }
  return format
}

/** The wall clock of an instant, as milliseconds since 1970-01-01T00:00 of that wall clock, to the second. */
export function wallByIntl(zone: string, at: number): number {
  const p = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map((x) => [x.type, Number(x.value)]),
  )
  return Date.UTC(p.year!, p.month! - 1, p.day, p.hour, p.minute, p.second)
}
