// PURE. A tenant's configuration with the texts that it wrote in another language. What is not translated keeps the tenant's own
// language and is listed, so that pages can mark it.
import { memoizeByObject } from '../../kernel/memoize.ts'
import type { Location, OfferedService, ServiceTranslation, TenantConfig } from './tenant-config.ts'
import type { Question } from './visit.ts'

type Localized = {
  config: TenantConfig
  /** Texts that were translated; every other text of the tenant is in its own language. */
  translated: ReadonlySet<string>
}

/** The translation for a language: of the very tag, else of the language without its region. */
const translationIn = <T extends { language: string }>(
  list: readonly T[] | undefined,
  language: string,
): T | undefined =>
  list?.find((t) => t.language === language) ?? list?.find((t) => t.language.split('-')[0] === language.split('-')[0])

type Take = (own: string | undefined, translated: string | undefined) => string | undefined

function questionIn(q: Question, translation: ServiceTranslation | undefined, take: Take): Question {
  const found = translation?.questions?.find(({ id }) => id === q.id)
  if (!found) return q
  return {
    ...q,
    label: take(q.label, found.label)!,
    ...(q.options && found.options
      ? { optionLabels: q.options.map((option, i) => take(option, found.options![i])!) }
      : {}),
  }
}

function serviceIn(service: OfferedService, language: string, take: Take): OfferedService {
  const t = translationIn(service.translations, language)
  if (!t) return service
  return {
    ...service,
    name: take(service.name, t.name)!,
    description: take(service.description, t.description),
    whatToBring: take(service.whatToBring, t.whatToBring),
    cost: take(service.cost, t.cost),
    whoCanGo: take(service.whoCanGo, t.whoCanGo),
    category: take(service.category, t.category),
    questions: service.questions.map((q) => questionIn(q, t, take)),
  }
}

function locationIn(location: Location, language: string, take: Take): Location {
  const t = translationIn(location.translations, language)
  if (!t) return location
  return {
    ...location,
    name: take(location.name, t.name)!,
    directions: take(location.directions ?? undefined, t.directions) ?? null,
  }
}

const mapValues = <T>(items: ReadonlyMap<string, T>, change: (item: T) => T): Map<string, T> =>
  new Map([...items].map(([id, item]) => [id, change(item)]))

function localize(config: TenantConfig, language: string): Localized {
  const translated = new Set<string>()
  const take: Take = (own, text) => {
    if (text === undefined || text.trim() === '') return own
    translated.add(text)
    return text
  }
  return {
    config: {
      ...config,
      services: mapValues(config.services, (service) => serviceIn(service, language, take)),
      locations: mapValues(config.locations, (location) => locationIn(location, language, take)),
    },
    translated,
  }
}

const localizedOf = memoizeByObject((_config: TenantConfig) => new Map<string, Localized>())

/** The configuration in a language, made once per configuration and language. `language`: one of the product's languages. */
export function localized(config: TenantConfig, language: string): Localized {
  const known = localizedOf(config)
  let found = known.get(language)
  if (!found) known.set(language, (found = localize(config, language)))
  return found
}
