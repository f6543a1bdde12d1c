// The language in which a page answers, from its URL, cookie or browser.
import type { FastifyRequest } from 'fastify'
import { queryFields } from './fields.ts'
import type { Language } from '../kernel/language.ts'
import { languageNamed, preferredLanguage } from '../locales/words.ts'
import { firstText } from '../ui/form-input.ts'

export const LANGUAGE_COOKIE = 'agenda_language'

/** The language in the URL, else the one chosen before, else that of the browser, else the tenant's. */
export function languageFor(request: FastifyRequest, fallback: Language, preferred?: Language): Language {
  const asked = languageNamed(firstText(queryFields(request), 'lang'))
  // Only pages parse cookies.
  const chosen = languageNamed((request.cookies as FastifyRequest['cookies'] | undefined)?.[LANGUAGE_COOKIE])
  return asked ?? chosen ?? preferred ?? preferredLanguage(request.headers['accept-language']) ?? fallback
}

export function withoutLanguage(url: string): string {
  const [path = '', query = ''] = url.split('?')
  const rest = new URLSearchParams(query)
  rest.delete('lang')
  const text = rest.toString()
  return text === '' ? path : `${path}?${text}`
}
