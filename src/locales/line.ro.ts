// PURE. Romanian texts of the waiting room.
/** From twenty on, Romanian puts `de` before the noun. */
const counted = (n: number, noun: string): string => `${n}${n % 100 === 0 || n % 100 > 19 ? ' de' : ''} ${noun}`

export const lineWords = {
  joinTitle: 'Acum multe persoane vor să facă o programare',
  joinAhead: (ahead: number, when: string) =>
    ahead === 0
      ? 'Ați fi următoarea persoană.'
      : `${ahead === 1 ? 'O persoană este' : `${counted(ahead, 'persoane')} sunt`} la rând. Rândul dumneavoastră ar veni ${when}.`,
  drawTitle: (clock: string) => `Programările se deschid la ${clock}`,
  drawText: (clock: string) =>
    `Cine este aici înainte de ${clock} participă la o tragere la sorți pentru ordine. Nu este niciun avantaj să veniți mai devreme.`,
  join: 'Așezați-vă la rând',
  joinDraw: 'Participați la tragerea la sorți',
  placeTitle: 'Sunteți la rând',
  ahead: (n: number) =>
    n === 0
      ? 'Sunteți următoarea persoană.'
      : n === 1
        ? 'O persoană este înaintea dumneavoastră.'
        : `${counted(n, 'persoane')} sunt înaintea dumneavoastră.`,
  turnAt: (when: string, clock: string) => `Rândul dumneavoastră vine ${when}, în jurul orei ${clock}.`,
  soon: 'în mai puțin de un minut',
  inMinutes: (n: number) => (n === 1 ? 'în aproximativ un minut' : `în aproximativ ${counted(n, 'minute')}`),
  inHours: (n: number) => `în aproximativ ${counted(n, 'ore')}`,
  keep:
    'Lăsați această pagină deschisă: merge mai departe singură. Dacă o închideți, deschideți-o din nou ' +
    'în acest browser în decurs de o zi: locul se păstrează.',
  drawnTitle: 'Participați la tragerea la sorți',
  inDraw: (n: number) =>
    n === 1
      ? 'Deocamdată participă o singură persoană: dumneavoastră.'
      : `Până acum participă ${counted(n, 'persoane')}.`,
  drawAt: (clock: string, when: string) => `Ordinea se trage la sorți la ${clock}, ${when}.`,
  turn: 'Este rândul dumneavoastră',
  again: 'Verificați din nou',
  crowded:
    'Multe persoane cu conexiunea dumneavoastră sunt deja la rând. Activați JavaScript în browser sau ' +
    'încercați din nou peste câteva minute.',
  noCookies:
    'Browserul nu v-a păstrat locul: are nevoie de cookie-uri. Permiteți-le sau deschideți pagina într-o fereastră proprie.',
}
