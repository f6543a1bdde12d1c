// PURE. The recurring hours of a location as text.
import type { Schedule, TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Language } from '../../kernel/language.ts'
import type { PageWords } from '../../locales/pages.en.ts'
import { dayOf } from '../../kernel/time/zone.ts'
import { DAYS, rulePartsOf } from '../../kernel/time/rrule-parts.ts'
import { weekdayNames } from '../../locales/dates.ts'

function scheduleNow(schedules: readonly Schedule[], day: number): Schedule | undefined {
  return schedules.find((s) => s.fromDay <= day && day < s.untilDay) ?? schedules.find((s) => s.fromDay > day)
}

type LocationReading = {
  locationId: string
  language: Language
  words: PageWords
  now: number
}

/** Returns lines such as `lun–ven 08:30–13:00`, one per rule; leaves out rules too irregular for simple words. */
export function hoursOf(config: TenantConfig, { locationId, language, words, now }: LocationReading): string[] {
  const schedule = scheduleNow(config.schedules.get(locationId) ?? [], dayOf(config.timeZone, now))
  const names = weekdayNames(language, 'short')
  return (schedule?.rules ?? []).flatMap((rule) => {
    if (rule.audience === 'staff') return []
    const parts = rulePartsOf(rule.rrule)
    const by = (parts.get('BYDAY') ?? '').split(',')
    const times = rule.windows.map((w) => `${w.from}–${w.to}`).join(', ')
    if (parts.get('FREQ') === 'WEEKLY' && (parts.get('INTERVAL') ?? '1') === '1') {
      const days = by.map((d) => DAYS.indexOf(d as 'MO'))
      if (days.includes(-1) || days.length === 0) return []
      const isRun = days.length > 2 && days.every((d, i) => i === 0 || d === days[i - 1]! + 1)
      const text = isRun ? `${names[days[0]!]}–${names[days.at(-1)!]}` : days.map((d) => names[d]).join(', ')
      return [`${text} ${times}`]
    }
    const nth = /^([1-5])([A-Z]{2})$/.exec(by.join())
    if (parts.get('FREQ') === 'MONTHLY' && nth && DAYS.includes(nth[2] as 'MO'))
      return [
        `${words.nthWeekday(Number(nth[1]), weekdayNames(language, 'long')[DAYS.indexOf(nth[2] as 'MO')]!)} ${times}`,
      ]
    return []
  })
}
