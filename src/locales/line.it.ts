// PURE. Italian texts of the waiting room.
export const lineWords = {
  joinTitle: 'In questo momento molte persone vogliono prenotare',
  joinAhead: (ahead: number, when: string) =>
    ahead === 0
      ? 'Saresti il prossimo.'
      : `In fila ${ahead === 1 ? 'c’è una persona' : `ci sono ${ahead} persone`}. Il tuo turno arriverebbe ${when}.`,
  drawTitle: (clock: string) => `Le prenotazioni aprono alle ${clock}`,
  drawText: (clock: string) =>
    `Chi è qui prima delle ${clock} partecipa a un sorteggio per l’ordine. Arrivare per primi non dà vantaggi.`,
  join: 'Mettiti in fila',
  joinDraw: 'Partecipa al sorteggio',
  placeTitle: 'Sei in fila',
  ahead: (n: number) =>
    n === 0 ? 'Sei il prossimo.' : n === 1 ? 'Hai una persona davanti.' : `Hai ${n} persone davanti.`,
  turnAt: (when: string, clock: string) => `Il tuo turno arriva ${when}, alle ${clock} circa.`,
  soon: 'fra meno di un minuto',
  inMinutes: (n: number) => (n === 1 ? 'fra circa un minuto' : `fra circa ${n} minuti`),
  inHours: (n: number) => `fra circa ${n} ore`,
  keep: 'Lascia aperta questa pagina: va avanti da sola. Se la chiudi, riaprila con questo browser entro un giorno: il tuo posto resta.',
  drawnTitle: 'Partecipi al sorteggio',
  inDraw: (n: number) => (n === 1 ? 'Per ora ci sei solo tu.' : `Finora partecipano ${n} persone.`),
  drawAt: (clock: string, when: string) => `Il sorteggio è alle ${clock}, ${when}.`,
  turn: 'È il tuo turno',
  again: 'Guarda di nuovo',
  crowded:
    'Molte persone con la tua connessione sono già in fila. Attiva JavaScript nel browser, o riprova fra qualche minuto.',
}
