// A generic pass for Google Wallet: a signed token in an address ("Save to Google Wallet" JWT, Google Wallet API v1).
import { loadJose } from '../../kernel/crypto/jose.ts'
import type { GoogleKeys, Ticket } from './ticket.ts'

const text = (value: string) => ({ defaultValue: { language: 'und', value } })

/** The address that offers the pass. Rejects when the key does not sign. `now`: epoch ms. */
export async function googleLinkOf(keys: GoogleKeys, t: Ticket, now: number): Promise<string> {
  const { importPKCS8, SignJWT } = await loadJose()
  const [when, place, code] = t.labels
  const classId = `${keys.issuerId}.appointment`
  const pass = {
    ...{ id: `${keys.issuerId}.${t.id}`, classId, state: 'ACTIVE' },
    ...{ cardTitle: text(t.office), header: text(t.title), hexBackgroundColor: t.background },
    barcode: { type: 'QR_CODE', value: t.code, alternateText: t.code },
    validTimeInterval: { end: { date: new Date(t.end).toISOString() } },
    textModulesData: [
      { id: 'when', header: when, body: t.when },
      { id: 'place', header: place, body: t.place },
      { id: 'code', header: code, body: t.code },
    ],
  }
  const token = await new SignJWT({
    ...{ aud: 'google', typ: 'savetowallet', origins: [] },
    payload: { genericClasses: [{ id: classId }], genericObjects: [pass] },
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(keys.email)
    .setIssuedAt(Math.floor(now / 1000))
    .sign(await importPKCS8(keys.privateKey, 'RS256'))
  return `https://pay.google.com/gp/v/save/${token}`
}
