// PURE. What happened to somebody's account, as the mail about it says.
export const accountChanges = {
  password: 'A new password was set.',
  secondFactorOn: 'The second factor was switched on.',
  secondFactorOff: 'The second factor was switched off.',
  newBrowser: 'Somebody signed in with your password in a browser that is new to us.',
}
