// PURE. German texts of mails about changes to an account.
export const accountChanges = {
  password: 'Es wurde ein neues Passwort gesetzt.',
  secondFactorOn: 'Der zweite Faktor wurde eingeschaltet.',
  secondFactorOff: 'Der zweite Faktor wurde ausgeschaltet.',
  passkeyAdded: 'Ein Passkey wurde hinzugefügt.',
  passkeyRemoved: 'Ein Passkey wurde entfernt.',
  codesRenewed: 'Es wurden neue Notfallcodes erstellt; die bisherigen gelten nicht mehr.',
  newBrowser: 'Jemand hat sich in Ihrem Konto mit einem Browser angemeldet, den wir noch nicht kennen.',
}
