// PURE. Italian texts of mails about changes to an account.
export const accountChanges = {
  password: 'È stata impostata una nuova password.',
  secondFactorOn: 'Il secondo fattore è stato attivato.',
  secondFactorOff: 'Il secondo fattore è stato disattivato.',
  passkeyAdded: 'È stata aggiunta una passkey.',
  passkeyRemoved: 'Una passkey è stata rimossa.',
  codesRenewed: 'Sono stati creati nuovi codici di emergenza; i precedenti non valgono più.',
  newBrowser: 'Qualcuno è entrato nel tuo profilo da un browser nuovo per noi.',
}
