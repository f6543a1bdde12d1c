// PURE. English texts of the waiting room.
export const lineWords = {
  joinTitle: 'Many people want to book right now',
  joinAhead: (ahead: number, when: string) =>
    ahead === 0
      ? 'You would be next.'
      : `${ahead === 1 ? 'One person is' : `${ahead} people are`} in line. Your turn would come ${when}.`,
  drawTitle: (clock: string) => `Booking opens at ${clock}`,
  drawText: (clock: string) =>
    `Everyone who is here before ${clock} takes part in a draw for the order. Coming first brings no advantage.`,
  join: 'Get in line',
  joinDraw: 'Take part in the draw',
  placeTitle: 'You are in line',
  ahead: (n: number) =>
    n === 0 ? 'You are next.' : n === 1 ? 'One person is before you.' : `${n} people are before you.`,
  turnAt: (when: string, clock: string) => `Your turn comes ${when}, at about ${clock}.`,
  soon: 'in less than a minute',
  inMinutes: (n: number) => (n === 1 ? 'in about a minute' : `in about ${n} minutes`),
  inHours: (n: number) => `in about ${n} hours`,
  keep: 'Keep this page open: it goes on by itself. If you close it, open it again in this browser within a day: your place is kept.',
  drawnTitle: 'You take part in the draw',
  inDraw: (n: number) => (n === 1 ? 'You are the only one so far.' : `${n} people take part so far.`),
  drawAt: (clock: string, when: string) => `The order is drawn at ${clock}, ${when}.`,
  turn: 'It is your turn',
  again: 'Look again',
  crowded:
    'Many people with your connection are in line already. Switch JavaScript on in your browser, or try again in some minutes.',
  noCookies:
    'Your browser did not keep your place: it needs cookies for that. Allow them for this site, or open the page in its own window.',
}
