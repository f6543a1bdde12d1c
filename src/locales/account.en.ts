// PURE. English texts of mails about changes to an account.
export const accountChanges = {
  password: 'A new password was set.',
  secondFactorOn: 'The second factor was switched on.',
  secondFactorOff: 'The second factor was switched off.',
  passkeyAdded: 'A passkey was added.',
  passkeyRemoved: 'A passkey was removed.',
  codesRenewed: 'New emergency codes were made; the earlier ones are void.',
  newBrowser: 'Somebody signed in to your account in a browser that is new to us.',
}
