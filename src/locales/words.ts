// PURE. Picks the language of a caller and fills the words of a code.
import type { Params, ProblemCode } from '../errors.ts'
import { en, type FaultCode, type Words } from './en.ts'
import { it } from './it.ts'
import { workspaceEn, type WorkspaceWords } from './workspace.en.ts'
import { workspaceIt } from './workspace.it.ts'
import { pagesEn, type PageWords } from './pages.en.ts'
import { pagesIt } from './pages.it.ts'

export const LANGUAGES = ['it', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
const PAGES: Record<Language, PageWords> = { it: pagesIt, en: pagesEn }
const WORDS: Record<Language, Words> = { it, en }

/** The supported language of this name, or undefined. */
export const languageNamed = (name: unknown): Language | undefined => LANGUAGES.find((language) => language === name)

/** The best supported language of an Accept-Language header (RFC 9110 §12.5.4), or undefined when none matches. */
export function preferredLanguage(header: string | undefined): Language | undefined {
  const wanted = (header ?? '').split(',').map((part) => {
    const [tag = '', ...options] = part.trim().toLowerCase().split(';')
    const q = options.map((o) => /^\s*q=([01](\.\d{1,3})?)\s*$/.exec(o)?.[1]).find((v) => v !== undefined)
    return { language: tag.split('-')[0], q: q === undefined ? 1 : Number(q) }
  })
  const best = wanted.filter((w) => w.q > 0).sort((a, b) => b.q - a.q)
  return languageNamed(best.find((w) => languageNamed(w.language))?.language)
}

/** The same, English when none matches. */
export const languageOf = (header: string | undefined): Language => preferredLanguage(header) ?? 'en'

const DESKS: Record<Language, WorkspaceWords> = { it: workspaceIt, en: workspaceEn }

/** All words of the workspace. */
export const workspaceWords = (language: Language): WorkspaceWords => DESKS[language]

/** All words of the citizens' pages. */
export const pageWords = (language: Language): PageWords => PAGES[language]

function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '')).trim()
}

/** Title and sentence of a problem. */
export function problemWords(language: Language, code: ProblemCode, params: Params): { title: string; detail: string } {
  const [title, detail] = WORDS[language].problems[code]
  return { title, detail: fill(detail, params) }
}

/** Sentence of a field fault; problem codes may stand for faults too. */
export function faultWords(language: Language, code: string, params: Params): string {
  const words = WORDS[language]
  if (Object.hasOwn(words.faults, code)) return fill(words.faults[code as FaultCode], params)
  return Object.hasOwn(words.problems, code)
    ? fill(words.problems[code as ProblemCode][1], params)
    : fill(words.faults.invalid, params)
}
