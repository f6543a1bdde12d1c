// PURE. Italian texts of the waiting room.
export const lineWords = {
  joinTitle: 'In questo momento molte persone vogliono prenotare',
  joinAhead: (ahead: number, when: string) =>
    ahead === 0
      ? 'Dopo chi sta entrando toccherebbe a te.'
      : `In fila ${ahead === 1 ? 'c’è una persona' : `ci sono ${ahead} persone`}. Il tuo turno arriverebbe ${when}.`,
  drawTitle: (clock: string) => `Le prenotazioni aprono alle ${clock}`,
  drawText: (clock: string) =>
    `Chi è qui prima delle ${clock} partecipa a un sorteggio per l’ordine. Arrivare prima non dà vantaggi.`,
  join: 'Mettiti in fila',
  joinDraw: 'Partecipa al sorteggio',
  placeTitle: 'Sei in fila',
  ahead: (n: number) =>
    n === 0 ? 'La prossima persona sei tu.' : n === 1 ? 'Hai una persona davanti.' : `Hai ${n} persone davanti.`,
  turnAt: (when: string, clock: string) => `Il tuo turno arriva ${when}, alle ${clock} circa.`,
  soon: 'fra meno di un minuto',
  inMinutes: (n: number) => (n === 1 ? 'fra circa un minuto' : `fra circa ${n} minuti`),
  inHours: (n: number) => `fra circa ${n} ore`,
  keep: 'Lascia aperta questa pagina: va avanti da sola. Se la chiudi, riaprila con questo browser entro un giorno: il tuo posto resta.',
  drawnTitle: 'Partecipi al sorteggio',
  inDraw: (n: number) => (n === 1 ? 'Per ora partecipa solo una persona: tu.' : `Finora partecipano ${n} persone.`),
  drawAt: (clock: string, when: string) => `Il sorteggio è alle ${clock}, ${when}.`,
  turn: 'È il tuo turno',
  again: 'Aggiorna',
  crowded:
    'Molte persone con la tua connessione sono già in fila. Attiva JavaScript nel browser, o riprova fra qualche minuto.',
  noCookies:
    'Il tuo browser non ha conservato il posto: per questo servono i cookie. Consentili per questo sito, ' +
    'o apri la pagina in una finestra propria.',
}
