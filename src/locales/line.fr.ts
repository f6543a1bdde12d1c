// PURE. French texts of the waiting room.
export const lineWords = {
  joinTitle: 'Beaucoup de personnes veulent réserver en ce moment',
  joinAhead: (ahead: number, when: string) =>
    ahead === 0
      ? 'Vous seriez la prochaine personne.'
      : `${ahead === 1 ? 'Une personne attend' : `${ahead} personnes attendent`}. Votre tour viendrait ${when}.`,
  drawTitle: (clock: string) => `Les réservations ouvrent à ${clock}`,
  drawText: (clock: string) =>
    `Toutes les personnes présentes avant ${clock} participent à un tirage au sort de l’ordre. Arriver plus tôt ne donne aucun avantage.`,
  join: 'Prendre place dans la file',
  joinDraw: 'Participer au tirage',
  placeTitle: 'Vous êtes dans la file',
  ahead: (n: number) =>
    n === 0
      ? 'Vous êtes la prochaine personne.'
      : n === 1
        ? 'Une personne est avant vous.'
        : `${n} personnes sont avant vous.`,
  turnAt: (when: string, clock: string) => `Votre tour vient ${when}, vers ${clock}.`,
  soon: 'dans moins d’une minute',
  inMinutes: (n: number) => (n === 1 ? 'dans une minute environ' : `dans ${n} minutes environ`),
  inHours: (n: number) => `dans ${n} heures environ`,
  keep:
    'Gardez cette page ouverte : elle avance d’elle-même. Si vous la fermez, rouvrez-la dans ce ' +
    'navigateur dans les 24 heures : votre place est gardée.',
  drawnTitle: 'Vous participez au tirage',
  inDraw: (n: number) =>
    n === 1 ? 'Une seule personne participe pour l’instant : vous.' : `${n} personnes participent pour l’instant.`,
  drawAt: (clock: string, when: string) => `L’ordre est tiré au sort à ${clock}, ${when}.`,
  turn: 'C’est votre tour',
  again: 'Regarder à nouveau',
  crowded:
    'Beaucoup de personnes avec votre connexion attendent déjà. Activez JavaScript dans votre ' +
    'navigateur, ou réessayez dans quelques minutes.',
  noCookies:
    'Votre navigateur n’a pas gardé votre place : il lui faut des cookies. Autorisez-les, ou ouvrez la page dans sa propre fenêtre.',
}
