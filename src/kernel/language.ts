// PURE. The languages of the product: of the citizens' pages, problems and messages, and the fewer ones of the workspace.

export const LANGUAGES = ['it', 'en', 'de', 'fr', 'es', 'ro', 'ar'] as const
export type Language = (typeof LANGUAGES)[number]

/** Languages of the workspace, of scripts and of saved messages. */
export const STAFF_LANGUAGES = ['it', 'en'] as const
export type StaffLanguage = (typeof STAFF_LANGUAGES)[number]

/** The language of the workspace nearest to a language. */
export const staffLanguageOf = (language: Language): StaffLanguage => (language === 'it' ? 'it' : 'en')

/** The languages by their own names. */
export const LANGUAGE_NAMES: Record<Language, string> = {
  it: 'Italiano',
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  ro: 'Română',
  ar: 'العربية',
}

/** The direction in which a language is written. */
export const directionOf = (language: Language): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr')
