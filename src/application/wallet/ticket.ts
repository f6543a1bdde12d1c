// PURE. What passes for wallets are made of: the appointment as they show it, and the keys that sign them.

/** An appointment as a pass shows it. It names nobody: passes are shown on locked screens. */
export type Ticket = {
  id: string
  office: string
  title: string
  when: string
  place: string
  code: string
  /** Words for when, where and code. */
  labels: readonly [when: string, place: string, code: string]
  /** Epoch ms. */
  start: number
  end: number
  background: string
  latitude: number | undefined
  longitude: number | undefined
}

/** Certificate and key of a pass type of Apple, and Apple's intermediate certificate (WWDR); PEM. */
export type AppleKeys = {
  passTypeId: string
  teamId: string
  certificate: string
  privateKey: string
  passphrase?: string | undefined
  wwdr: string
}
/** An issuer of Google Wallet and its service account. */
export type GoogleKeys = { issuerId: string; email: string; privateKey: string }
