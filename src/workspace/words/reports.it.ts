// PURE. Italian texts of the reports, with the keys of the English file.
import type { reportsEn } from './reports.en.ts'

export const reportsIt: typeof reportsEn = {
  title: 'Rapporti',
  from: 'Dal',
  to: 'Al (escluso)',
  by: 'Per',
  all: 'Tutti',
  group: 'Gruppo',
  nothing: 'Niente in questo periodo.',
  names: {
    appointments: ['Appuntamenti', 'Quanti prenotati, svolti, mancati o annullati.'],
    utilisation: ['Impegno', 'Quanto del tempo aperto è stato prenotato (al massimo 62 giorni).'],
    notice: ['Anticipo', 'Con quanti giorni di anticipo si prenota.'],
    firstFree: ['Primo orario libero', 'Quanto aspetta un cittadino che prenota adesso.'],
    callbacks: ['Promesse', 'Se i richiami sono cominciati nella fascia promessa, e con quale ritardo.'],
    attempts: ['Tentativi', 'Come sono finiti i tentativi di chiamata.'],
    ratings: ['Valutazioni', 'Che cosa pensano i cittadini; la raccomandazione da −100 a 100.'],
    forecast: ['Previsione', 'Che cosa aspettarsi per giorno e ora, e quanti posti servono.'],
  },
  groups: {
    day: 'Giorno',
    week: 'Settimana',
    month: 'Mese',
    location: 'Sede',
    service: 'Servizio',
    agent: 'Operatore',
    channel: 'Canale',
    campaign: 'Campagna',
  },
  columns: {
    booked: 'Prenotati',
    completed: 'Svolti',
    noShow: 'Non presentati',
    cancelled: 'Annullati',
    noShowPercent: 'Non presentati, tra quelli con esito',
    minutes: 'Durata',
    utilisation: 'Impegno',
    open: 'Aperto',
    bookedMinutes: 'Tempo prenotato',
    share: 'Quota',
    daysToFirst: 'Al primo orario libero',
    promises: 'Promesse',
    kept: 'Mantenute',
    late: 'In ritardo',
    missed: 'Mancate',
    keptPercent: 'Mantenute',
    averageDelay: 'Ritardo medio',
    attempts: 'Tentativi',
    ratings: 'Valutazioni',
    average: 'Media su 5',
    nps: 'Raccomandazione',
    expected: 'Attesi',
    seats: 'Posti',
  },
  units: { minutes: (n) => `${n} min`, days: (n) => `${n} giorni` },
  daysAhead: (label) => (label === '0' ? 'Lo stesso giorno' : label === '1' ? '1 giorno' : `${label} giorni`),
  method: (m) =>
    `Metodo: media delle ultime ${m.weeks} settimane per giorno e ora, ` +
    `le più recenti pesano di più (emivita ${m.halfLife} settimane); posti con un impegno del ${m.occupancy} %. ${
      m.wape === null
        ? 'Troppo poca storia per misurare l’errore.'
        : `Errore sulle ultime ${m.heldOut} settimane, che non aveva visto: ${m.wape} % (come la settimana prima: ${m.naive} %).`
    }`,
}
