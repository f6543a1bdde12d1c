// PURE. Recurring hours as text, and simple weekly ones as lines that people can edit: one per weekday, `08:30-13:00, 15:00-17:30`.
import type { ScheduleRule, Window } from '../../domain/catalogue/tenant-config.ts'
import type { StaffLanguage } from '../../kernel/language.ts'
import { DAYS, rulePartsOf } from '../../kernel/time/rrule-parts.ts'
import { weekdayNames } from '../../locales/dates.ts'

const windowsText = (windows: readonly Window[]): string => windows.map((w) => `${w.from}–${w.to}`).join(', ')

const WORDS = {
  it: {
    every: 'ogni',
    day: 'ogni giorno',
    weeks: (n: number) => `ogni ${n} settimane`,
    breaks: 'pausa',
    until: 'fino al',
    staff: 'solo per l’ufficio',
    desks: 'sportelli',
    other: 'regola',
    and: ' e ',
  },
  en: {
    every: 'every',
    day: 'every day',
    weeks: (n: number) => `every ${n} weeks`,
    breaks: 'break',
    until: 'until',
    staff: 'for the office only',
    desks: 'desks',
    other: 'rule',
    and: ' and ',
  },
}

/** Returns `ogni lunedì e giovedì, 08:30–13:00; ogni 2 settimane`. A rule too complex for text is shown as RRULE. */
export function ruleWords(rule: ScheduleRule, language: StaffLanguage): string {
  const w = WORDS[language]
  const parts = rulePartsOf(rule.rrule)
  const names = weekdayNames(language, 'long')
  const days = (parts.get('BYDAY') ?? '').split(',').filter((day) => (DAYS as readonly string[]).includes(day))
  const known = new Set(['FREQ', 'BYDAY', 'INTERVAL', 'UNTIL', 'WKST'])
  const isPlain = [...parts.keys()].every((name) => known.has(name))
  const freq = parts.get('FREQ')
  const when =
    !isPlain || (freq === 'WEEKLY' && days.length === 0) || (freq !== 'WEEKLY' && freq !== 'DAILY')
      ? `${w.other} ${rule.rrule}`
      : freq === 'DAILY'
        ? w.day
        : `${w.every} ${days
            .map((day) => names[DAYS.indexOf(day as 'MO')])
            .join(', ')
            .replace(/, ([^,]*)$/, `${w.and}$1`)}`
  const interval = Number(parts.get('INTERVAL') ?? '1')
  const until = parts.get('UNTIL')
  return [
    `${when}, ${windowsText(rule.windows)}`,
    interval > 1 && freq === 'WEEKLY' && w.weeks(interval),
    (rule.breaks?.length ?? 0) > 0 && `${w.breaks} ${windowsText(rule.breaks!)}`,
    until !== undefined && `${w.until} ${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`,
    rule.audience === 'staff' && w.staff,
    rule.desks !== undefined && `${w.desks}: ${rule.desks}`,
  ]
    .filter(Boolean)
    .join('; ')
}

/** Whether the rules are only weekly windows, so that lines can represent them. */
export const isWeekly = (rules: readonly ScheduleRule[]): boolean =>
  'rules' in rulesOf(linesOf(rules)) &&
  rules.every((rule) => {
    const parts = rulePartsOf(rule.rrule)
    const more = rule.start ?? rule.audience ?? rule.desks ?? rule.publicDesks ?? rule.locationId
    return (
      parts.get('FREQ') === 'WEEKLY' &&
      (parts.get('BYDAY') ?? '') !== '' &&
      [...parts.keys()].every((name) => ['FREQ', 'BYDAY', 'WKST'].includes(name)) &&
      (rule.exceptions?.length ?? 0) === 0 &&
      (rule.breaks?.length ?? 0) === 0 &&
      more === undefined
    )
  })

/** The windows of each weekday as lines, Monday first. */
export function linesOf(rules: readonly ScheduleRule[]): string[] {
  return DAYS.map((day) =>
    rules
      .filter((rule) => (rulePartsOf(rule.rrule).get('BYDAY') ?? '').split(',').includes(day))
      .flatMap((rule) => rule.windows)
      .sort((a, b) => a.from.localeCompare(b.from))
      .map((w) => `${w.from}-${w.to}`)
      .join(', '),
  )
}

const clock = (text: string): string | null => {
  const match = /^(\d{1,2})(?:[:.](\d{2}))?$/.exec(text.trim())
  if (!match || Number(match[1]) > 24 || Number(match[2] ?? 0) > 59) return null
  return `${match[1]!.padStart(2, '0')}:${match[2] ?? '00'}`
}

/** Parses lines to rules; weekdays with the same windows share one. Returns the index of the first invalid line as `fault`. */
export function rulesOf(lines: readonly string[]): { rules: ScheduleRule[] } | { fault: number } {
  const byWindows = new Map<string, { days: string[]; windows: Window[] }>()
  for (const [i, line] of lines.entries()) {
    const windows: Window[] = []
    for (const part of line
      .split(/[,;]/)
      .map((one) => one.trim())
      .filter(Boolean)) {
      const [from = '', to = ''] = part.split(/[-–]/)
      const [a, b] = [clock(from), clock(to)]
      if (a === null || b === null || a >= b) return { fault: i }
      windows.push({ from: a, to: b })
    }
    if (windows.length === 0) continue
    windows.sort((x, y) => x.from.localeCompare(y.from))
    if (windows.some((w, k) => k > 0 && w.from < windows[k - 1]!.to)) return { fault: i }
    const key = JSON.stringify(windows)
    const same = byWindows.get(key) ?? { days: [], windows }
    same.days.push(DAYS[i]!)
    byWindows.set(key, same)
  }
  return {
    rules: [...byWindows.values()].map(({ days, windows }) => ({
      rrule: `FREQ=WEEKLY;BYDAY=${days.join(',')}`,
      windows,
    })),
  }
}
