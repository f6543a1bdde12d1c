// A pass for Apple Wallet: pass.json, icon, manifest and signature in one file (Wallet Developer Guide; passkit-generator).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PUBLIC } from '../../platform/public-files.ts'
import type { AppleKeys, Ticket } from './ticket.ts'

/** `rgb(11, 92, 173)` of `#0b5cad`. */
const rgb = (hex: string): string => {
  const value = Number.parseInt(hex.slice(1), 16)
  return `rgb(${(value >> 16) & 255}, ${(value >> 8) & 255}, ${value & 255})`
}

/** The signed pass. Rejects when the keys do not sign. */
export async function passOf(keys: AppleKeys, t: Ticket): Promise<Buffer> {
  // Imported on first use: most processes make no pass.
  const { PKPass } = await import('passkit-generator')
  const icon = readFileSync(join(PUBLIC, 'icon-87.png'))
  const [when, place, code] = t.labels
  const content = {
    ...{ formatVersion: 1, passTypeIdentifier: keys.passTypeId, teamIdentifier: keys.teamId, serialNumber: t.id },
    ...{ organizationName: t.office, description: t.title, logoText: t.office },
    ...{ backgroundColor: rgb(t.background), foregroundColor: 'rgb(255, 255, 255)', labelColor: 'rgb(255, 255, 255)' },
    relevantDate: new Date(t.start).toISOString(),
    expirationDate: new Date(t.end).toISOString(),
    ...(t.latitude === undefined || t.longitude === undefined
      ? {}
      : { locations: [{ latitude: t.latitude, longitude: t.longitude }] }),
    barcodes: [{ format: 'PKBarcodeFormatQR', message: t.code, messageEncoding: 'iso-8859-1', altText: t.code }],
    eventTicket: {
      primaryFields: [{ key: 'title', value: t.title }],
      secondaryFields: [{ key: 'when', label: when, value: t.when }],
      auxiliaryFields: [
        { key: 'place', label: place, value: t.place },
        { key: 'code', label: code, value: t.code },
      ],
    },
  }
  const files = { 'pass.json': Buffer.from(JSON.stringify(content)), 'icon.png': icon, 'icon@2x.png': icon }
  return new PKPass(files, {
    ...{ wwdr: keys.wwdr, signerCert: keys.certificate, signerKey: keys.privateKey },
    ...(keys.passphrase === undefined ? {} : { signerKeyPassphrase: keys.passphrase }),
  }).getAsBuffer()
}
