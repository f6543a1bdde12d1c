// PURE. Template variables and facts of messages about an appointment or a callback.
import { joinLinkOf } from '../../domain/appointment/appointment-json.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Language } from '../../kernel/language.ts'
import type { PageWords } from '../../locales/pages.en.ts'
import { dayOf } from '../../kernel/time/zone.ts'
import { clockOf, dateOf, dayAndMonth, exactClock } from '../../locales/dates.ts'
import type { Content, Variables } from './render.ts'
import { addressLines, spanOf, visitName } from '../../locales/visit-text.ts'
import type { AppointmentView } from '../../domain/appointment/appointment-view.ts'

/** Configuration and language in which a message is written. */
export type Speaker = { config: TenantConfig; language: Language; words: PageWords }
export type Saying = Pick<Content, 'facts'> & { variables: Variables }

/** `lunedì 23 novembre, 09:00`: a deadline. */
export const untilOf = (s: Pick<Speaker, 'language'>, zone: string, at: number): string =>
  `${dayAndMonth(s.language, dayOf(zone, at))}, ${clockOf(zone, at)}`

/** The name by which a person is addressed. */
export const fullName = (person: { firstName: string; lastName: string }): string =>
  `${person.firstName} ${person.lastName}`.trim()

/** `martedì 24 novembre 2026, 10:00`. */
export const momentOf = (s: Pick<Speaker, 'language'>, zone: string, at: number): string =>
  `${dateOf(s.language, zone, at)}, ${exactClock(zone, at)}`

export function ofAppointment(s: Speaker, view: AppointmentView): Saying {
  const w = s.words
  const location = s.config.locations.get(view.locationId)
  const isHere = view.channel === 'in_person' && location
  const where = isHere ? [location.name, ...addressLines(location)].join(', ') : w.channels[view.channel as 'phone']
  const service = visitName(s, view.serviceIds)
  const toBring = view.serviceIds.flatMap((id) => s.config.services.get(id)?.whatToBring ?? []).join(' ')
  const when = spanOf(s, view.timeZone, view.start, view.end)
  const joinLink = view.code && joinLinkOf(s.config, view.serviceIds, view.channel, view.code)
  return {
    variables: {
      service,
      when: momentOf(s, view.timeZone, view.start),
      date: dateOf(s.language, view.timeZone, view.start),
      time: exactClock(view.timeZone, view.start),
      place: isHere ? location.name : where,
      address: isHere ? addressLines(location).join(', ') : '',
      channel: w.channels[view.channel as 'phone'],
      people: view.places,
      toBring,
      code: view.code ?? '',
      ...(joinLink ? { joinLink } : {}),
      ...(view.reason === undefined ? {} : { reason: view.reason }),
      ...(view.oldStart === undefined ? {} : { oldWhen: momentOf(s, view.timeZone, view.oldStart) }),
    },
    facts: [
      [w.service, service],
      [w.when, when],
      // A person who is called or joins by video may be in another time zone.
      ...(isHere ? [] : [[w.timeZone, view.timeZone] as const]),
      [w.where, where],
      ...(joinLink ? [[w.joinVideo, joinLink] as const] : []),
      ...(view.places > 1 ? [[w.people, String(view.places)] as const] : []),
      ...(view.code === undefined ? [] : [[w.code, view.code] as const]),
      ...(toBring === '' ? [] : [[w.toBring, toBring] as const]),
    ],
  }
}

/** `from`, `to`: the promised window, epoch ms; `zone`: the time zone shown to the person. */
export function ofCallback(
  s: Speaker,
  promise: { from: number; to: number; zone: string; code: string; number: string | null },
): Saying {
  const date = dateOf(s.language, promise.zone, promise.from)
  const [from, to] = [exactClock(promise.zone, promise.from), exactClock(promise.zone, promise.to)]
  return {
    variables: {
      promise: s.words.callback.say(date, from, to),
      ...{ date, from, to, code: promise.code, number: promise.number ?? '' },
    },
    facts: [
      [s.words.when, `${date}, ${from}–${to}`],
      [s.words.timeZone, promise.zone],
      ...(promise.number === null ? [] : [[s.words.phone, promise.number] as const]),
      [s.words.code, promise.code],
    ],
  }
}
