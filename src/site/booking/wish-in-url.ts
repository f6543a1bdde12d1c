// PURE. Reads what a citizen wishes from the query of a page or the fields of a form.
import { AppError } from '../../kernel/errors.ts'
import { isCalendarDate } from '../../kernel/time/zone.ts'
import { firstText, textOf, type Fields } from '../../ui/form-input.ts'
import type { Site } from '../site.ts'
import type { Selection } from './draft.ts'
import type { Choice } from './drafts.ts'
import { servicesOf, wishOf, type Wish } from './selection.ts'

/** The wish in the URL. Throws `not_found` without a known service, `services_not_combinable` if they cannot be combined. */
export function requireWish(site: Site, query: Fields): Wish {
  const wish = wishOf(site.config, query)
  if (wish) return wish
  throw servicesOf(site.config, query).length === 0
    ? new AppError('not_found', { what: 'service' })
    : new AppError('services_not_combinable')
}

/** Parses the form field `at`: an instant and, for visits in person, perhaps the office. Null if invalid. */
export function choiceOf(site: Site, form: Fields, selection: Pick<Selection, 'channel'>): Choice | null {
  const [instant = '', location = ''] = textOf(form, 'at', 100).split(' ')
  const isInstant = /^.{10}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(instant) && isCalendarDate(instant.slice(0, 10))
  const start = isInstant ? Date.parse(instant) : NaN
  if (!Number.isFinite(start)) return null
  // For phone and video the office does not matter: any free agent will do.
  return {
    start,
    locationId: selection.channel === 'in_person' && site.config.locations.has(location) ? location : undefined,
  }
}

/** The chosen time in the URL, as a form value; '' without a valid one. */
export function chosenIn(site: Site, query: Fields, selection: Pick<Selection, 'channel'>): string {
  const at = firstText(query, 'at')
  return choiceOf(site, { at }, selection) ? at : ''
}
