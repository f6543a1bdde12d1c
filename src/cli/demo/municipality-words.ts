// What citizens search the demo services by, what they should know beforehand, and the English texts.

import { WORDS_AR } from './words.ar.ts'
import { WORDS_DE } from './words.de.ts'
import { WORDS_ES } from './words.es.ts'
import { WORDS_FR } from './words.fr.ts'
import { WORDS_RO } from './words.ro.ts'

type Words = {
  cost?: string
  whoCanGo?: string
  supports?: ('step_free' | 'hearing_loop' | 'interpreter' | 'home_visit')[]
  keywords: string[]
  translations: Record<string, unknown>[]
}

const OWN_SERVICE_WORDS: Record<string, Words> = {
  cie: {
    cost: '22,21 euro, con carta o contanti allo sportello.',
    whoCanGo: 'Nessuno: servono le impronte. I minori vengono con un genitore.',
    supports: ['home_visit', 'interpreter'],
    keywords: [
      'CIE',
      'documento',
      'documento di identità',
      'carta smarrita',
      'carta persa',
      'rinnovo carta',
      'tessera',
      'espatrio',
    ],
    translations: [
      {
        language: 'en',
        name: 'Electronic identity card',
        category: 'Registry office',
        description: 'First issue, renewal, theft or loss.',
        whatToBring: 'A recent passport photo, the old card or the police report, your health card.',
        cost: '22.21 euros, by card or cash at the desk.',
        whoCanGo: 'Nobody: fingerprints are taken. Minors come with a parent.',
        keywords: ['ID card', 'identity document', 'lost card', 'stolen card', 'renew'],
        questions: [
          {
            id: 'motivo',
            label: 'Reason for your request',
            options: ['First issue', 'Renewal', 'Theft or loss'],
          },
          { id: 'dettagli', label: 'Details' },
        ],
      },
    ],
  },
  residenza: {
    cost: 'Gratuito.',
    whoCanGo: 'Un componente maggiorenne della famiglia, con i documenti di tutti.',
    supports: ['interpreter'],
    keywords: ['trasloco', 'traslocare', 'cambio indirizzo', 'cambio casa', 'iscrizione anagrafica', 'domicilio'],
    translations: [
      {
        language: 'en',
        name: 'Change of residence',
        category: 'Registry office',
        whatToBring: 'Identity documents of everybody in the household, the lease or deed of the home.',
        cost: 'Free of charge.',
        whoCanGo: 'An adult of the household, with the documents of all.',
        keywords: ['moving', 'move house', 'new address', 'register address', 'residency'],
      },
    ],
  },
  'stato-civile': {
    cost: 'Gratuito; certificati in bollo 16 euro.',
    keywords: [
      ...['nascita', 'matrimonio', 'sposarsi', 'nozze', 'divorzio', 'separazione', 'morte', 'decesso', 'certificato'],
      ...['certificati', 'cittadino', 'unione civile', 'pubblicazioni'],
    ],
    translations: [
      {
        language: 'en',
        name: 'Civil status: births, marriages, citizenship',
        category: 'Civil status',
        cost: 'Free of charge; certificates with stamp duty 16 euros.',
        keywords: ['birth', 'wedding', 'get married', 'divorce', 'death', 'certificate', 'citizen', 'civil union'],
      },
    ],
  },
  tributi: {
    cost: 'Gratuito.',
    whoCanGo: 'Chiunque, con una delega firmata e una copia del documento dell’intestatario.',
    keywords: [
      'tasse',
      'tassa rifiuti',
      'imposte',
      'immondizia',
      'spazzatura',
      'pagare',
      'rate',
      'cartella',
      'avviso di pagamento',
      'rimborso',
    ],
    translations: [
      {
        language: 'en',
        name: 'Local taxes: property, waste, instalments',
        category: 'Taxes',
        whatToBring: 'The notice that you received and the tax code of the person it names.',
        cost: 'Free of charge.',
        whoCanGo: 'Anybody, with a signed proxy and a copy of the document of the person named.',
        keywords: ['tax', 'rubbish', 'garbage', 'bill', 'pay', 'refund', 'instalment plan', 'IMU', 'TARI'],
        questions: [{ id: 'avviso', label: 'Number of the notice' }],
      },
    ],
  },
  sociale: {
    cost: 'Gratuito e riservato.',
    supports: ['home_visit', 'interpreter'],
    keywords: [
      'aiuto',
      'sostegno',
      'contributo',
      'anziani',
      'disabilità',
      'disabile',
      'bonus',
      'casa popolare',
      'minori',
      'assistenza domiciliare',
    ],
    translations: [
      {
        language: 'en',
        name: 'Talk with a social worker',
        category: 'Social services',
        cost: 'Free of charge and confidential.',
        keywords: ['help', 'support', 'benefit', 'elderly', 'disability', 'housing', 'children', 'home care'],
      },
    ],
  },
  telefono: {
    keywords: [
      'informazioni',
      'info',
      'chiamata',
      'telefonata',
      'orari',
      'centralino',
      'domanda',
      'parlare con qualcuno',
    ],
    translations: [
      {
        language: 'en',
        name: 'Help by telephone',
        category: 'Information',
        keywords: ['information', 'call', 'phone', 'question', 'opening hours', 'talk to somebody'],
      },
    ],
  },
  spid: {
    cost: 'Gratuito.',
    keywords: ['identità digitale', 'app IO', 'computer', 'corso', 'internet', 'PEC', 'password', 'pin'],
    translations: [
      {
        language: 'en',
        name: 'Workshop: SPID and digital services',
        category: 'Information',
        cost: 'Free of charge.',
        keywords: ['digital identity', 'computer', 'course', 'online', 'internet', 'IO app'],
      },
    ],
  },
}

const OWN_LOCATION_WORDS: Record<string, Record<string, unknown>> = {
  municipio: {
    directions: 'Autobus 3 e 7, fermata Repubblica. Parcheggio con posti riservati dietro il palazzo.',
    features: ['step_free', 'hearing_loop'],
    arrivalCode: 'ROCCA1',
    arrivalRadius: 300,
    translations: [
      {
        language: 'en',
        name: 'Town hall, registry and civil status',
        directions: 'Buses 3 and 7, stop Repubblica. Car park with reserved places behind the building.',
      },
    ],
  },
  tributi: {
    directions: 'A due minuti a piedi dal Municipio. Tre gradini all’ingresso.',
    translations: [
      {
        language: 'en',
        name: 'Palazzo Nuovo, tax office',
        directions: 'Two minutes on foot from the town hall. Three steps at the entrance.',
      },
    ],
  },
  sociale: {
    directions: 'Autobus 7, fermata Mulini.',
    features: ['step_free'],
    translations: [{ language: 'en', name: 'Community house, social services', directions: 'Bus 7, stop Mulini.' }],
  },
  centralino: { translations: [{ language: 'en', name: 'Telephone desk' }] },
}

type Translated = { services: Record<string, object>; locations: Record<string, object> }
const OTHERS: readonly Translated[] = [WORDS_DE, WORDS_FR, WORDS_ES, WORDS_RO, WORDS_AR]

/** A record's own words with the texts in all languages of the product. */
const withOthers = <T extends object>(words: Record<string, T>, kind: keyof Translated): Record<string, T> =>
  Object.fromEntries(
    Object.entries(words).map(([key, own]) => {
      const { translations = [] } = own as { translations?: object[] }
      const more = OTHERS.flatMap((one) => one[kind][key] ?? [])
      return [key, { ...own, translations: [...translations, ...more] }]
    }),
  )

/** The words of each demo service, by its key. */
export const SERVICE_WORDS = withOthers(OWN_SERVICE_WORDS, 'services')

/** The words of each demo location, by its key. */
export const LOCATION_WORDS = withOthers(OWN_LOCATION_WORDS, 'locations')
