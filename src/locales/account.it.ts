// PURE. What happened to somebody's account, as the mail about it says.
export const accountChanges = {
  password: 'È stata impostata una nuova password.',
  secondFactorOn: 'Il secondo fattore è stato attivato.',
  secondFactorOff: 'Il secondo fattore è stato disattivato.',
  newBrowser: 'Qualcuno è entrato con la tua password da un browser nuovo per noi.',
}
