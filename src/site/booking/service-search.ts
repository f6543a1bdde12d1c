// PURE. Finds services by the words that people type: without accents and apostrophes, by word stem, by the tenant's other words,
// and with mistakes. In memory, because the catalogue is there already: the same results on every database, and no query.
import MiniSearch from 'minisearch'
import { stemmer as stemArabic } from '@orama/stemmers/arabic'
import { stemmer as stemEnglish } from '@orama/stemmers/english'
import { stemmer as stemFrench } from '@orama/stemmers/french'
import { stemmer as stemGerman } from '@orama/stemmers/german'
import { stemmer as stemItalian } from '@orama/stemmers/italian'
import { stemmer as stemRomanian } from '@orama/stemmers/romanian'
import { stemmer as stemSpanish } from '@orama/stemmers/spanish'
import { memoizeByObject } from '../../kernel/memoize.ts'
import type { OfferedService, TenantConfig } from '../../domain/catalogue/tenant-config.ts'

const STEMMERS: Record<string, (word: string) => string> = {
  ...{ it: stemItalian, en: stemEnglish, de: stemGerman, fr: stemFrench },
  ...{ es: stemSpanish, ro: stemRomanian, ar: stemArabic },
}
/** Without accents, in lower case. */
const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** Words that say nothing about a service. */
const EMPTY = new Set(
  (
    'il lo la i gli le un uno una di del dello della dei degli delle da dal dalla in nel nella con su per tra fra a al allo alla ai e o ' +
    'che mi si ci ho devo vorrei voglio come dove quando fare chiedere richiedere avere mio mia miei the an of for to my your how where ' +
    'need want get and or with on at is do can book der die das ein eine und fur mit zu wie wo ich meine mein les une des du et pour ' +
    'avec comment ou je mon ma el los las unos y para con como donde mi un o si de la pentru cu cum unde'
  ).split(' '),
)
const FIELDS = ['name', 'keywords', 'category', 'description', 'details'] as const

type Entry = { id: string } & Record<(typeof FIELDS)[number], string>

const tokenize = (text: string): string[] => folded(text).split(/[^\p{L}\p{N}]+/u)

/** A word and its stems in the languages of the tenant, so that both sides of a match meet in one of them. */
const termsOf = (languages: readonly string[]) => {
  const stemmers = languages.flatMap((language) => STEMMERS[language] ?? [])
  return (term: string): string[] | null => {
    if (term.length < 2 || EMPTY.has(term)) return null
    return [...new Set([term, ...stemmers.map((stem) => stem(term)).filter((stem) => stem.length > 2)])]
  }
}

/** All texts of a service in a field, in every language in which the tenant wrote them. */
function entryOf(service: OfferedService): Entry {
  const all = [service, ...(service.translations ?? [])]
  const texts = (...parts: (string | readonly string[] | undefined)[]): string => parts.flat().filter(Boolean).join(' ')
  return {
    id: service.id,
    name: texts(...all.map((t) => t.name)),
    keywords: texts(...all.map((t) => t.keywords)),
    category: texts(...all.map((t) => t.category)),
    description: texts(...all.map((t) => t.description)),
    details: texts(...service.questions.flatMap((q) => [q.label, ...(q.options ?? [])])),
  }
}

const indexOf = memoizeByObject((config: TenantConfig) => {
  const services = [...config.services.values()].filter((s) => !s.archived)
  const languages = new Set([
    config.settings.locale,
    ...services.flatMap((s) => (s.translations ?? []).map((t) => t.language.split('-')[0]!)),
  ])
  const index = new MiniSearch<Entry>({
    fields: [...FIELDS],
    tokenize,
    processTerm: termsOf([...languages]),
    searchOptions: {
      boost: { name: 4, keywords: 4, category: 1.5, description: 1.5, details: 1 },
      // Mistakes: one in four letters. Beginnings of words: from three letters on, because people type while they look.
      fuzzy: (term) => (term.length > 3 ? 0.25 : false),
      prefix: (term) => term.length > 2,
      weights: { fuzzy: 0.35, prefix: 0.5 },
    },
  })
  index.addAll(services.map(entryOf))
  return index
})

/** Hits far below the best one are noise. */
const LEAST_SHARE = 0.3

/** The services that the words mean, best first; empty if none does. Only services of the list are returned. */
export function searchServices(
  config: TenantConfig,
  services: readonly OfferedService[],
  words: string,
): OfferedService[] {
  const byId = new Map(services.map((service) => [service.id, service]))
  const hits = indexOf(config).search(words)
  const best = hits[0]?.score ?? 0
  return hits.filter(({ score }) => score >= best * LEAST_SHARE).flatMap(({ id }) => byId.get(id as string) ?? [])
}
