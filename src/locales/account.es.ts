// PURE. Spanish texts of mails about changes to an account.
export const accountChanges = {
  password: 'Se ha establecido una contraseña nueva.',
  secondFactorOn: 'Se ha activado el segundo factor.',
  secondFactorOff: 'Se ha desactivado el segundo factor.',
  passkeyAdded: 'Se ha añadido una llave de acceso (passkey).',
  passkeyRemoved: 'Se ha eliminado una llave de acceso (passkey).',
  codesRenewed: 'Se han creado códigos de emergencia nuevos; los anteriores ya no sirven.',
  newBrowser: 'Alguien ha entrado en su cuenta desde un navegador que no conocíamos.',
}
