// PURE. German texts of the waiting room.
export const lineWords = {
  joinTitle: 'Gerade möchten viele Menschen buchen',
  joinAhead: (ahead: number, when: string) =>
    ahead === 0
      ? 'Sie wären als Nächstes dran.'
      : `${ahead === 1 ? 'Eine Person wartet' : `${ahead} Personen warten`}. Sie wären ${when} an der Reihe.`,
  drawTitle: (clock: string) => `Die Buchung öffnet um ${clock} Uhr`,
  drawText: (clock: string) =>
    `Wer vor ${clock} Uhr hier ist, nimmt an einer Verlosung der Reihenfolge teil. Früher zu kommen bringt keinen Vorteil.`,
  join: 'In die Warteschlange stellen',
  joinDraw: 'An der Verlosung teilnehmen',
  placeTitle: 'Sie sind in der Warteschlange',
  ahead: (n: number) =>
    n === 0 ? 'Sie sind als Nächstes dran.' : n === 1 ? 'Eine Person ist vor Ihnen.' : `${n} Personen sind vor Ihnen.`,
  turnAt: (when: string, clock: string) => `Sie sind ${when} an der Reihe, gegen ${clock} Uhr.`,
  soon: 'in weniger als einer Minute',
  inMinutes: (n: number) => (n === 1 ? 'in etwa einer Minute' : `in etwa ${n} Minuten`),
  inHours: (n: number) => `in etwa ${n} Stunden`,
  keep:
    'Lassen Sie diese Seite offen: Sie geht von selbst weiter. Wenn Sie sie schließen, öffnen Sie sie ' +
    'innerhalb eines Tages wieder in diesem Browser: Ihr Platz bleibt.',
  drawnTitle: 'Sie nehmen an der Verlosung teil',
  inDraw: (n: number) => (n === 1 ? 'Bisher sind nur Sie da.' : `Bisher nehmen ${n} Personen teil.`),
  drawAt: (clock: string, when: string) => `Die Reihenfolge wird um ${clock} Uhr ausgelost, ${when}.`,
  turn: 'Sie sind an der Reihe',
  again: 'Erneut nachsehen',
  crowded:
    'Viele Menschen mit Ihrer Verbindung stehen schon in der Schlange. Schalten Sie JavaScript ein oder ' +
    'versuchen Sie es in einigen Minuten wieder.',
  noCookies:
    'Ihr Browser hat Ihren Platz nicht behalten: Dafür braucht er Cookies. Erlauben Sie sie, oder öffnen ' +
    'Sie die Seite in einem eigenen Fenster.',
}
