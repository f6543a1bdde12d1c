// PURE. French texts of mails about changes to an account.
export const accountChanges = {
  password: 'Un nouveau mot de passe a été défini.',
  secondFactorOn: 'Le second facteur a été activé.',
  secondFactorOff: 'Le second facteur a été désactivé.',
  passkeyAdded: 'Une clé d’accès (passkey) a été ajoutée.',
  passkeyRemoved: 'Une clé d’accès (passkey) a été supprimée.',
  codesRenewed: 'De nouveaux codes de secours ont été créés ; les précédents ne sont plus valables.',
  newBrowser: 'Quelqu’un s’est connecté à votre compte depuis un navigateur que nous ne connaissons pas.',
}
