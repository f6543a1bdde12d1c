// What people type and the service that each must find first, among those of the demo municipality. The search runs in memory on the
// configuration, which is the same on every database.
import { expect, test } from 'vitest'
import { SERVICES } from '../src/cli/demo/municipality.ts'
import { SERVICE_WORDS } from '../src/cli/demo/municipality-words.ts'
import { searchServices } from '../src/site/booking/service-search.ts'
import type { OfferedService, TenantConfig } from '../src/domain/catalogue/tenant-config.ts'

const services = SERVICES.map(({ key, ...service }) => ({
  ...{ id: key, externalId: `demo-${key}`, archived: false, questions: [] },
  ...service,
  ...SERVICE_WORDS[key],
})) as unknown as OfferedService[]
const config = {
  settings: { locale: 'it' },
  services: new Map(services.map((service) => [service.id, service])),
} as unknown as TenantConfig

/** By the key of the demo service: what people type, in Italian and in English, with and without accents, with mistakes. */
const QUERIES: Record<string, string[]> = {
  cie: [
    ...[
      'carta d’identità',
      "carta d'identità",
      "carta d'identita",
      'carta identita',
      'carta di identità',
      'CIE',
      'cie',
    ],
    ...['c.i.e.', 'documento', 'documento di identità', 'documenti', 'rinnovo carta', 'rinnovare la carta d identità'],
    ...['carta smarrita', 'smarrimento carta', 'ho perso la carta', 'furto documento', 'carta rubata', 'identità'],
    ...['carta d’identita elettronica', 'cartaidentita', 'carta didentita', 'carta d identta', 'karta identità'],
    ...[
      'rilascio carta',
      'primo rilascio',
      'tessera',
      'espatrio',
      'identity card',
      'ID card',
      'identity',
      'id card renewal',
    ],
    ...['lost identity card', 'stolen card', 'renew my identity card', 'electronic identity card', 'identiy card'],
    ...['identity document', 'I need an identity card'],
  ],
  residenza: [
    ...['residenza', 'cambio di residenza', 'cambio residenza', 'residensa', 'cambiare residenza', 'resid', 'trasloco'],
    ...['ho cambiato casa', 'cambio casa', 'cambio indirizzo', 'nuovo indirizzo', 'domicilio', 'iscrizione anagrafica'],
    ...[
      'traslocare',
      'residenze',
      'change of residence',
      'residence',
      'moving',
      'move house',
      'new address',
      'residency',
    ],
    ...['change my address', 'residance', 'register my address'],
  ],
  'stato-civile': [
    ...['stato civile', 'matrimonio', 'matrimoni', 'nascita', 'nascite', 'certificato di nascita', 'cittadinanza'],
    ...['sposarsi', 'nozze', 'divorzio', 'separazione', 'morte', 'certificato', 'certificati', 'unione civile'],
    ...['pubblicazioni di matrimonio', 'matrimonnio', 'citadinanza', 'marriage', 'birth', 'birth certificate'],
    ...['wedding', 'get married', 'citizenship', 'divorce', 'death certificate', 'marrige', 'certificate'],
  ],
  tributi: [
    ...[
      'tasse',
      'tassa',
      'tributi',
      'tributo',
      'IMU',
      'TARI',
      'tari',
      'tassa rifiuti',
      'rifiuti',
      'immondizia',
      'rate',
    ],
    ...['rateizzazione', 'rateizzare', 'rimborso', 'avviso di pagamento', 'pagare le tasse', 'imposte', 'cartella'],
    ...['tax', 'taxes', 'waste tax', 'property tax', 'rubbish', 'garbage', 'refund', 'instalments', 'pay a bill'],
    ...['local taxes', 'tasss'],
  ],
  sociale: [
    ...[
      'assistente sociale',
      'l’assistente sociale',
      "l'assistente sociale",
      'assistente',
      'servizi sociali',
      'colloquio',
    ],
    ...['aiuto', 'anziani', 'disabile', 'disabilità', 'contributo', 'casa popolare', 'bonus', 'assistenza domiciliare'],
    ...[
      'asistente sociale',
      'social worker',
      'social services',
      'elderly',
      'disability',
      'benefits',
      'housing',
      'home care',
    ],
  ],
  telefono: [
    ...[
      'telefono',
      'assistenza telefonica',
      'telefonata',
      'informazioni',
      'parlare con qualcuno',
      'centralino',
      'orari',
    ],
    ...['phone', 'by telephone', 'information', 'opening hours', 'call'],
  ],
  spid: [
    ...['SPID', 'spid', 'identità digitale', 'app IO', 'computer', 'laboratorio', 'servizi digitali', 'corso internet'],
    ...['digital identity', 'workshop', 'digital services', 'computer course'],
  ],
}

test('of what people type, at least 95 % finds its service first, and nothing finds none by mistake', () => {
  const asked = Object.entries(QUERIES).flatMap(([key, list]) => list.map((words) => [words, `demo-${key}`] as const))
  expect(asked.length).toBeGreaterThanOrEqual(150)
  const wrong = asked.flatMap(([words, key]) => {
    const first = searchServices(config, services, words)[0]?.externalId
    return first === key ? [] : [`${words} → ${first}`]
  })
  console.log(`${asked.length - wrong.length} of ${asked.length}; wrong: ${wrong.join(', ') || 'none'}`)
  expect(wrong.length / asked.length, wrong.join('\n')).toBeLessThanOrEqual(0.05)
  expect(searchServices(config, services, 'xyzxyz')).toEqual([])
})
