// Data of a realistic but invented Italian municipality. Records refer to one another by `key`.

export const TENANT = {
  slug: 'comune-di-roccamora',
  name: 'Comune di Roccamora',
  timeZone: 'Europe/Rome',
  locale: 'it',
  country: 'IT',
  holdMinutes: 10,
  // Demo users sign in with the password printed at start; other tenants require a second factor of administrators.
  signIn: { secondFactorFor: [] },
  booking: {
    privacyUrl: 'https://www.comune-di-roccamora.example/privacy',
    legalUrl: 'https://www.comune-di-roccamora.example/note-legali',
    accessibilityUrl: 'https://form.agid.gov.it/view/dimostrativo-roccamora',
    reportUrl: 'https://www.comune-di-roccamora.example/segnala',
    siteUrl: 'https://www.comune-di-roccamora.example/',
    parentName: 'Regione Dimostrativa',
    supportPhone: '+39 0746 000999',
    supportEmail: 'urp@comune-di-roccamora.example',
    texts: {
      it: { footer: 'Dati dimostrativi: il Comune di Roccamora non esiste.' },
      en: { footer: 'Demonstration data: the municipality of Roccamora does not exist.' },
    },
  },
}

export const HOLIDAYS = {
  name: 'Festività di Roccamora',
  country: 'IT',
  additions: [{ date: '06-13', name: 'Sant’Antonio da Padova, patrono' }],
  exceptions: [],
}

type Window = { from: string; to: string }
type Rule = {
  rrule: string
  windows: Window[]
  breaks?: Window[]
  locationKey?: string
  audience?: 'staff'
  desks?: number
  publicDesks?: number
}

const window = (text: string): Window => {
  const [from = '', to = ''] = text.split('-')
  return { from, to }
}
const weekly = (days: string, ...windows: string[]): Rule => ({
  rrule: `FREQ=WEEKLY;BYDAY=${days}`,
  windows: windows.map(window),
})

export const LOCATIONS = [
  {
    key: 'municipio',
    name: 'Municipio, Anagrafe e Stato civile',
    address: {
      street: 'Piazza della Repubblica 1',
      postalCode: '02010',
      city: 'Roccamora',
      province: 'RI',
      country: 'IT',
      latitude: 42.4041,
      longitude: 12.8567,
    },
    phone: '+39 0746 000100',
    hours: [
      weekly('MO,TU,WE,TH,FR', '08:30-13:00'),
      weekly('TU,TH', '15:00-17:30'),
      { rrule: 'FREQ=MONTHLY;BYDAY=1SA', windows: [window('09:00-12:00')] },
    ],
  },
  {
    key: 'tributi',
    name: 'Palazzo Nuovo, Ufficio Tributi',
    address: {
      street: 'Via Garibaldi 24',
      postalCode: '02010',
      city: 'Roccamora',
      province: 'RI',
      country: 'IT',
      latitude: 42.4052,
      longitude: 12.8581,
    },
    phone: '+39 0746 000200',
    hours: [weekly('MO,WE,FR', '09:00-13:00'), weekly('TH', '09:00-13:00', '14:30-17:00')],
  },
  {
    key: 'sociale',
    name: 'Casa della Comunità, Servizi sociali',
    address: {
      street: 'Via dei Mulini 7',
      postalCode: '02010',
      city: 'Roccamora',
      province: 'RI',
      country: 'IT',
      latitude: 42.4018,
      longitude: 12.8522,
    },
    phone: '+39 0746 000300',
    hours: [weekly('MO,TU,WE,TH,FR', '09:00-17:00')],
  },
  {
    key: 'centralino',
    name: 'Sportello telefonico',
    kind: 'call_room',
    phone: '+39 0746 000999',
    hours: [weekly('MO,TU,WE,TH,FR', '08:00-18:00'), weekly('SA', '08:30-12:30')],
  },
]

export const SERVICES = [
  {
    key: 'cie',
    name: 'Carta d’identità elettronica',
    category: 'Anagrafe',
    description: 'Primo rilascio, rinnovo, furto o smarrimento.',
    whatToBring: 'Una fototessera recente, il vecchio documento o la denuncia, la tessera sanitaria.',
    locations: ['municipio'],
    durationMinutes: 20,
    minimumNoticeMinutes: 120,
    horizon: { days: 60, unit: 'days' },
    limits: [{ scope: 'contact', period: 'week', max: 2 }],
    cancelNoticeMinutes: 60,
    moveNoticeMinutes: 60,
    releaseDelayMinutes: 10,
    questions: [
      {
        id: 'motivo',
        label: 'Motivo della richiesta',
        type: 'choice',
        required: true,
        options: ['Primo rilascio', 'Rinnovo', 'Furto o smarrimento'],
      },
      { id: 'dettagli', label: 'Dettagli', type: 'long_text', maxLength: 200 },
    ],
  },
  {
    key: 'residenza',
    name: 'Cambio di residenza',
    category: 'Anagrafe',
    whatToBring: 'Documento d’identità di tutti i componenti, contratto o titolo dell’abitazione.',
    locations: ['municipio'],
    durationMinutes: 30,
    minimumNoticeMinutes: 240,
    horizon: { days: 60, unit: 'days' },
    nextDayCutoff: '18:00',
    channels: [
      { type: 'in_person' },
      { type: 'video', linkTemplate: 'https://video.comune-di-roccamora.example/r/{code}' },
    ],
  },
  {
    key: 'stato-civile',
    name: 'Stato civile: nascite, matrimoni, cittadinanza',
    category: 'Stato civile',
    locations: ['municipio'],
    durationMinutes: 30,
    durationOptions: [45, 60],
    minimumNoticeMinutes: 1440,
    horizon: { days: 30, unit: 'business_days' },
    approvalRequired: true,
  },
  {
    key: 'tributi',
    name: 'Tributi: IMU, TARI, rateizzazioni',
    category: 'Tributi',
    whatToBring: 'L’avviso ricevuto e il codice fiscale dell’intestatario.',
    locations: ['tributi', 'centralino'],
    durationMinutes: 30,
    stepMinutes: 15,
    bufferAfterMinutes: 5,
    minimumNoticeMinutes: 60,
    horizon: { days: 45, unit: 'days' },
    channels: [{ type: 'in_person' }, { type: 'phone' }],
    questions: [{ id: 'avviso', label: 'Numero dell’avviso', type: 'text', maxLength: 30 }],
  },
  {
    key: 'sociale',
    name: 'Colloquio con l’assistente sociale',
    category: 'Servizi sociali',
    locations: ['sociale'],
    durationMinutes: 45,
    bufferAfterMinutes: 15,
    minimumNoticeMinutes: 1440,
    horizon: { days: 60, unit: 'days' },
    limits: [{ scope: 'agent', period: 'day', max: 5 }],
    cancelNoticeMinutes: 1440,
    combinable: false,
  },
  {
    key: 'telefono',
    name: 'Assistenza telefonica',
    category: 'Informazioni',
    locations: ['centralino'],
    durationMinutes: 15,
    stepAlignment: 'clock',
    minimumNoticeMinutes: 15,
    horizon: { days: 14, unit: 'days' },
    channels: [{ type: 'phone' }],
    limits: [{ scope: 'contact', period: 'day', max: 2 }],
  },
  {
    key: 'spid',
    name: 'Laboratorio SPID e servizi digitali',
    category: 'Informazioni',
    locations: ['sociale'],
    durationMinutes: 60,
    seats: 8,
    minimumNoticeMinutes: 120,
    horizon: { days: 60, unit: 'days' },
    combinable: false,
  },
]

type AgentData = { key: string; name: string; services: string[]; locations: string[]; weight?: number; rules: Rule[] }

const lunch = [window('13:00-14:00')]

export const AGENTS: AgentData[] = [
  {
    key: 'rossi',
    name: 'Giulia Rossi',
    services: ['cie', 'residenza'],
    locations: ['municipio'],
    rules: [weekly('MO,TU,WE,TH,FR', '08:30-13:00'), weekly('TU,TH', '15:00-17:30')],
  },
  {
    key: 'bianchi',
    name: 'Marco Bianchi',
    services: ['cie', 'residenza', 'stato-civile'],
    locations: ['municipio'],
    rules: [weekly('MO,TU,WE,TH,FR', '08:30-13:00'), weekly('TU', '15:00-17:30')],
  },
  {
    key: 'esposito',
    name: 'Anna Esposito',
    services: ['cie'],
    locations: ['municipio'],
    weight: 0.5,
    rules: [weekly('MO,WE,FR', '09:00-12:30')],
  },
  {
    key: 'romano',
    name: 'Luca Romano',
    services: ['residenza', 'stato-civile'],
    locations: ['municipio'],
    rules: [weekly('MO,TU,WE,TH,FR', '08:30-13:00'), { ...weekly('TH', '15:00-17:30'), audience: 'staff' }],
  },
  {
    key: 'colombo',
    name: 'Sara Colombo',
    services: ['cie', 'residenza'],
    locations: ['municipio'],
    rules: [
      { rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR', windows: [window('08:30-13:00')] },
      { rrule: 'FREQ=MONTHLY;BYDAY=1SA', windows: [window('09:00-12:00')] },
    ],
  },
  {
    key: 'ricci',
    name: 'Paolo Ricci',
    services: ['tributi'],
    locations: ['tributi'],
    rules: [weekly('MO,WE,FR', '09:00-13:00'), weekly('TH', '09:00-17:00')],
  },
  {
    key: 'marino',
    name: 'Elena Marino',
    services: ['tributi'],
    locations: ['tributi'],
    rules: [{ ...weekly('TH', '09:00-17:00'), breaks: lunch }, weekly('MO,WE', '09:00-13:00')],
  },
  {
    key: 'greco',
    name: 'Davide Greco',
    services: ['tributi', 'telefono'],
    locations: ['tributi', 'centralino'],
    rules: [
      { ...weekly('MO,WE,FR', '09:00-13:00'), locationKey: 'tributi' },
      { ...weekly('TU,TH', '09:00-13:00'), locationKey: 'centralino' },
    ],
  },
  {
    key: 'bruno',
    name: 'Chiara Bruno',
    services: ['sociale'],
    locations: ['sociale'],
    rules: [{ ...weekly('MO,TU,WE,TH,FR', '09:00-17:00'), breaks: lunch }],
  },
  {
    key: 'gallo',
    name: 'Stefano Gallo',
    services: ['sociale'],
    locations: ['sociale'],
    weight: 0.6,
    rules: [weekly('MO,TU,WE', '09:00-13:00')],
  },
  {
    key: 'conti',
    name: 'Francesca Conti',
    services: ['spid', 'telefono'],
    locations: ['sociale', 'centralino'],
    rules: [
      { ...weekly('WE', '10:00-12:00', '15:00-17:00'), locationKey: 'sociale' },
      { ...weekly('MO,TU,TH,FR', '08:00-14:00'), locationKey: 'centralino' },
    ],
  },
  {
    key: 'deluca',
    name: 'Matteo De Luca',
    services: ['telefono', 'tributi'],
    locations: ['centralino'],
    rules: [
      { rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SA', windows: [window('08:30-12:30')] },
      { ...weekly('MO,TU,WE,TH,FR', '12:00-18:00'), breaks: [window('15:00-15:30')] },
    ],
  },
]

export const POOL = {
  key: 'centralino',
  name: 'Operatori del centralino',
  size: 3,
  services: ['telefono'],
  locations: ['centralino'],
  rules: [
    { ...weekly('MO,TU,WE,TH,FR', '08:00-18:00'), desks: 3, publicDesks: 2 },
    { ...weekly('SA', '08:30-12:30'), desks: 1 },
  ],
}

export const CAMPAIGN = {
  key: 'richiami',
  name: 'Richiami del centralino',
  serviceKey: 'telefono',
  hours: [
    { days: ['MO', 'TU', 'WE', 'TH', 'FR'], from: '08:30', to: '17:30' },
    { days: ['SA'], from: '08:30', to: '12:00' },
  ],
  isPublic: true,
  callerNumber: '+39 0746 000999',
  channels: ['phone', 'web'],
  joinLinkTemplate: 'https://video.roccamora.example/{code}',
  bucketMinutes: 30,
  capacity: { kind: 'staffed', handlingMinutes: 6, share: 0.5 },
  maxAttempts: 3,
}

export const EVERY_DAY = [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '00:00', to: '24:00' }]

/** Open all day, so that `npm run dialer` always has something to call. */
export const TRIAL_CAMPAIGN = {
  key: 'prova',
  name: 'Richiami di prova',
  hours: EVERY_DAY,
  citizenHours: EVERY_DAY,
  bucketMinutes: 15,
  capacity: { kind: 'fixed', perBucket: 50 },
  maxAttempts: 3,
  retries: { busy: { afterMinutes: [1] }, no_answer: { afterMinutes: [1] }, machine: { afterMinutes: [1] } },
}
