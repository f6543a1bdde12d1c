// PURE. What messages say of an appointment or a callback: the variables of their texts, and the facts below them.
import { joinLinkOf } from '../appointment/present.ts'
import type { TenantConfig } from '../availability/model.ts'
import { addressLines, spanOf, visitName } from '../booking/steps.ts'
import type { Language } from '../locales/words.ts'
import type { PageWords } from '../locales/pages.en.ts'
import { dayOf } from '../time/zone.ts'
import { clockOf, dateOf, dayAndMonth, exactClock } from '../web/dates.ts'
import type { Content, Variables } from './render.ts'

/** Whose words a message has. */
export type Speaker = { config: TenantConfig; language: Language; words: PageWords }
export type Told = {
  serviceIds: readonly string[]
  /** Epoch ms. */
  start: number
  end: number
  timeZone: string
  channel: string
  locationId: string
  places: number
  code?: string | undefined
  reason?: string | undefined
  /** Before it was moved; epoch ms. */
  oldStart?: number | undefined
}
export type Saying = Pick<Content, 'facts'> & { variables: Variables }

/** `lunedì 23 novembre, 09:00`: until when something holds. */
export const untilOf = (s: Pick<Speaker, 'language'>, zone: string, at: number): string =>
  `${dayAndMonth(s.language, dayOf(zone, at))}, ${clockOf(zone, at)}`

/** The name by which a person is addressed. */
export const fullName = (person: { firstName: string; lastName: string }): string =>
  `${person.firstName} ${person.lastName}`.trim()

/** `martedì 24 novembre 2026, 10:00`. */
export const momentOf = (s: Pick<Speaker, 'language'>, zone: string, at: number): string =>
  `${dateOf(s.language, zone, at)}, ${exactClock(zone, at)}`

export function ofAppointment(s: Speaker, told: Told): Saying {
  const w = s.words
  const location = s.config.locations.get(told.locationId)
  const isHere = told.channel === 'in_person' && location
  const where = isHere ? [location.name, ...addressLines(location)].join(', ') : w.channels[told.channel as 'phone']
  const service = visitName(s, told.serviceIds)
  const toBring = told.serviceIds.flatMap((id) => s.config.services.get(id)?.whatToBring ?? []).join(' ')
  const when = spanOf(s, told.timeZone, told.start, told.end)
  const joinLink = told.code && joinLinkOf(s.config, told.serviceIds, told.channel, told.code)
  return {
    variables: {
      service,
      when: momentOf(s, told.timeZone, told.start),
      date: dateOf(s.language, told.timeZone, told.start),
      time: exactClock(told.timeZone, told.start),
      place: isHere ? location.name : where,
      address: isHere ? addressLines(location).join(', ') : '',
      channel: w.channels[told.channel as 'phone'],
      people: told.places,
      toBring,
      code: told.code ?? '',
      ...(joinLink ? { joinLink } : {}),
      ...(told.reason === undefined ? {} : { reason: told.reason }),
      ...(told.oldStart === undefined ? {} : { oldWhen: momentOf(s, told.timeZone, told.oldStart) }),
    },
    facts: [
      [w.service, service],
      [w.when, when],
      // Who is called, or comes by video, may be anywhere.
      ...(isHere ? [] : [[w.timeZone, told.timeZone] as const]),
      [w.where, where],
      ...(joinLink ? [[w.joinVideo, joinLink] as const] : []),
      ...(told.places > 1 ? [[w.people, String(told.places)] as const] : []),
      ...(told.code === undefined ? [] : [[w.code, told.code] as const]),
      ...(toBring === '' ? [] : [[w.toBring, toBring] as const]),
    ],
  }
}

/** `from`, `to`: the promised window, epoch ms; `zone`: the clock on which it is told. */
export function ofCallback(
  s: Speaker,
  told: { from: number; to: number; zone: string; code: string; number: string | null },
): Saying {
  const date = dateOf(s.language, told.zone, told.from)
  const [from, to] = [exactClock(told.zone, told.from), exactClock(told.zone, told.to)]
  return {
    variables: {
      promise: s.words.callback.say(date, from, to),
      ...{ date, from, to, code: told.code, number: told.number ?? '' },
    },
    facts: [
      [s.words.when, `${date}, ${from}–${to}`],
      [s.words.timeZone, told.zone],
      ...(told.number === null ? [] : [[s.words.phone, told.number] as const]),
      [s.words.code, told.code],
    ],
  }
}
