// PURE. Romanian texts of mails about changes to an account.
export const accountChanges = {
  password: 'A fost setată o parolă nouă.',
  secondFactorOn: 'Al doilea factor a fost activat.',
  secondFactorOff: 'Al doilea factor a fost dezactivat.',
  passkeyAdded: 'A fost adăugată o cheie de acces.',
  passkeyRemoved: 'O cheie de acces a fost ștearsă.',
  codesRenewed: 'Au fost create coduri de urgență noi; cele dinainte nu mai sunt valabile.',
  newBrowser: 'Cineva a intrat în contul dumneavoastră dintr-un browser pe care nu îl cunoaștem.',
}
