// A simulated passkey device, as WebAuthn Level 3 describes it: one ES256 key per site, unlocked by its owner.
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

const sha256 = (bytes: Buffer | string): Buffer => createHash('sha256').update(bytes).digest()
const base64url = (bytes: Buffer): string => bytes.toString('base64url')

/** Flags of the authenticator data (§6.1): user present, user verified, attested credential data included. */
const [PRESENT, UNLOCKED, ATTACHED] = [0x01, 0x04, 0x40]

/** The public key as a COSE key in CBOR (RFC 9052): EC2, ES256, P-256. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const bytes = (text: string): Buffer => Buffer.concat([Buffer.from([0x58, 0x20]), Buffer.from(text, 'base64url')])
  return Buffer.concat([
    Buffer.from('a5010203262001', 'hex'),
    Buffer.from([0x21]),
    bytes(x),
    Buffer.from([0x22]),
    bytes(y),
  ])
}

export function newDevice(origin: string, { unlocked = true } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = sha256(publicKey.export({ format: 'der', type: 'spki' })).subarray(0, 16)
  const flags = PRESENT | (unlocked ? UNLOCKED : 0)
  const clientData = (type: string, challenge: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  const about = (host: string, more: number): Buffer =>
    Buffer.concat([sha256(host), Buffer.from([flags | more]), Buffer.from([0, 0, 0, 0])])
  return {
    /** Answers `navigator.credentials.create`. */
    create(options: { challenge: string; rp: { id: string } }): string {
      const length = Buffer.from([0, id.length])
      const data = Buffer.concat([about(options.rp.id, ATTACHED), Buffer.alloc(16), length, id, coseKey(publicKey)])
      const attestation = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
        Buffer.from([data.length]),
        data,
      ])
      return JSON.stringify({
        ...{ id: base64url(id), rawId: base64url(id), type: 'public-key', clientExtensionResults: {} },
        response: {
          clientDataJSON: base64url(clientData('webauthn.create', options.challenge)),
          attestationObject: base64url(attestation),
          transports: ['internal'],
        },
      })
    },
    /** Answers `navigator.credentials.get`. */
    get(options: { challenge: string; rpId: string }): string {
      const client = clientData('webauthn.get', options.challenge)
      const data = about(options.rpId, 0)
      return JSON.stringify({
        ...{ id: base64url(id), rawId: base64url(id), type: 'public-key', clientExtensionResults: {} },
        response: {
          clientDataJSON: base64url(client),
          authenticatorData: base64url(data),
          signature: base64url(sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)),
        },
      })
    },
  }
}
