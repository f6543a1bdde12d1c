// What is searched, and how: read when the index is made and when it is asked.
export const INDEXED = {
  fields: ['heading', 'title', 'key', 'text'],
  storeFields: ['title', 'heading', 'key', 'text'],
}

/** Words that developers bring along, and the words that stand here. */
const SYNONYMS = {
  ...{ auth: 'authentication', authenticate: 'authentication', authorization: 'authentication' },
  ...{ pagination: 'paging', throttling: 'rate limits', 429: 'rate limits' },
  ...{ error: 'problems', errors: 'problems', format: '' },
  ...{ reschedule: 'move', gdpr: 'erasure', sso: 'openid', oauth: 'openid', staging: 'sandbox' },
}

/** What integrators read first comes first; figures and decisions last. */
function weightOf(id) {
  if (/^\/docs\/(from-zero|test-mode|integration|client|messages|callbacks|booking-pages)\//.test(id)) return 2.5
  if (/^\/docs\/reference\/records\//.test(id)) return 0.4
  if (/^\/docs\/reference\//.test(id)) return 1.2
  return /^\/docs\/(benchmarks|decisions|architecture)\//.test(id) ? 0.3 : 1
}

/** The sections that fit, best first; an operation that is named exactly stands above all. */
export function findIn(index, asked) {
  const wanted = asked.trim().toLowerCase()
  const words = wanted
    .split(/[\s,]+/)
    .map((word) => (Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word] : word))
    .join(' ')
  const options = {
    ...{ prefix: true, fuzzy: 0.15, boost: { heading: 4, key: 3, title: 2 } },
    boostDocument: (id) => weightOf(id),
  }
  const all = index.search(words, { ...options, combineWith: 'AND' })
  const found = all.length > 0 ? all : index.search(words, { ...options, combineWith: 'OR' })
  const isNamed = ({ key }) => key !== '' && ` ${key.toLowerCase()} `.includes(` ${wanted} `)
  return [...found.filter(isNamed), ...found.filter((one) => !isNamed(one))]
}
