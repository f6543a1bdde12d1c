// PURE. Chooses the language of a caller and returns the texts of codes in it.
import type { Params, ProblemCode } from '../kernel/errors.ts'
import { LANGUAGES, type Language } from '../kernel/language.ts'
import { en, type FaultCode, type Words } from './en.ts'
import { ar } from './ar.ts'
import { de } from './de.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { it } from './it.ts'
import { ro } from './ro.ts'
import { pagesEn, type PageWords } from './pages.en.ts'
import { pagesAr } from './pages.ar.ts'
import { pagesDe } from './pages.de.ts'
import { pagesEs } from './pages.es.ts'
import { pagesFr } from './pages.fr.ts'
import { pagesIt } from './pages.it.ts'
import { pagesRo } from './pages.ro.ts'

const PAGES: Record<Language, PageWords> = {
  ...{ it: pagesIt, en: pagesEn, de: pagesDe, fr: pagesFr },
  ...{ es: pagesEs, ro: pagesRo, ar: pagesAr },
}
const WORDS: Record<Language, Words> = { it, en, de, fr, es, ro, ar }

/** The supported language of this name, or undefined. */
export const languageNamed = (name: unknown): Language | undefined => LANGUAGES.find((language) => language === name)

/** The best supported language in an Accept-Language header (RFC 9110 §12.5.4); undefined if none matches. */
export function preferredLanguage(header: string | undefined): Language | undefined {
  const wanted = (header ?? '').split(',').map((part) => {
    const [tag = '', ...options] = part.trim().toLowerCase().split(';')
    const q = options.map((o) => /^\s*q=([01](\.\d{1,3})?)\s*$/.exec(o)?.[1]).find((v) => v !== undefined)
    return { language: tag.split('-')[0], q: q === undefined ? 1 : Number(q) }
  })
  const best = wanted.filter((w) => w.q > 0).sort((a, b) => b.q - a.q)
  return languageNamed(best.find((w) => languageNamed(w.language))?.language)
}

/** Like `preferredLanguage`, with English as the default. */
export const languageOf = (header: string | undefined): Language => preferredLanguage(header) ?? 'en'

/** All texts of the citizens' pages. */
export const pageWords = (language: Language): PageWords => PAGES[language]

function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '')).trim()
}

/** Title and detail of a problem. */
export function problemWords(language: Language, code: ProblemCode, params: Params): { title: string; detail: string } {
  const [title, detail] = WORDS[language].problems[code]
  return { title, detail: fill(detail, params) }
}

/** Text of a field fault; problem codes are also accepted. */
export function faultWords(language: Language, code: string, params: Params): string {
  const words = WORDS[language]
  if (Object.hasOwn(words.faults, code)) return fill(words.faults[code as FaultCode], params)
  return Object.hasOwn(words.problems, code)
    ? fill(words.problems[code as ProblemCode][1], params)
    : fill(words.faults.invalid, params)
}
