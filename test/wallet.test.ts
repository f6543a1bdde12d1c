// Passes for the wallets of phones, signed with keys that the test makes; and the QR code in mails.
import { createHash, verify } from 'node:crypto'
import { createRequire } from 'node:module'
import { decodeJwt, exportPKCS8, exportSPKI, generateKeyPair } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { smtpSender } from '../src/application/messaging/smtp.ts'
import { confirmAs, newCitizen, timesIn, type Citizen } from './helpers/citizen.ts'
import { startMailbox } from './helpers/mailbox.ts'
import { makeOffice, startService, type TestService } from './helpers/service.ts'

const forge = createRequire(import.meta.url)('node-forge')

let service: TestService
let citizen: Citizen
let own: string
beforeAll(async () => {
  service = await startService()
  await makeOffice(service.tenant, { service: { externalId: 'cie', channels: [{ type: 'in_person' }] } })
  citizen = newCitizen(service.app)
  const times = await citizen.get('/prova/book/time?service=cie&channel=in_person')
  const form = await citizen.submit(times, '/book/time', { at: timesIn(times.html).at(-1)! })
  own = await confirmAs(citizen, form, { firstName: 'Ada', lastName: 'Neri', email: 'ada@posta.example', phone: '' })
})
afterAll(() => service.close())

/** A certificate of a pass type, signed by an authority of the test's own. */
function appleKeys() {
  const certificate = (name: string, keys: any, issuer: string, by: any) => {
    const made = forge.pki.createCertificate()
    made.publicKey = keys.publicKey
    made.serialNumber = '01'
    made.validity.notBefore = new Date(Date.now() - 86_400_000)
    made.validity.notAfter = new Date(Date.now() + 86_400_000)
    made.setSubject([{ name: 'commonName', value: name }])
    made.setIssuer([{ name: 'commonName', value: issuer }])
    made.sign(by, forge.md.sha256.create())
    return forge.pki.certificateToPem(made) as string
  }
  const [authority, pass] = [forge.pki.rsa.generateKeyPair(2048), forge.pki.rsa.generateKeyPair(2048)]
  return {
    ...{ passTypeId: 'pass.example.agenda', teamId: 'ABCDE12345' },
    wwdr: certificate('Authority', authority, 'Authority', authority.privateKey),
    certificate: certificate('Pass', pass, 'Authority', authority.privateKey),
    privateKey: forge.pki.privateKeyToPem(pass.privateKey) as string,
  }
}

/** The files of a ZIP archive that stores without compression (APPNOTE 4.3.7). */
function filesIn(zip: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (let at = 0; zip.readUInt32LE(at) === 0x04034b50;) {
    const [size, nameLength, extra] = [zip.readUInt32LE(at + 18), zip.readUInt16LE(at + 26), zip.readUInt16LE(at + 28)]
    const start = at + 30 + nameLength + extra
    files.set(zip.toString('utf8', at + 30, at + 30 + nameLength), zip.subarray(start, start + size))
    at = start + size
  }
  return files
}

test('without keys there is no pass; keys that cannot sign are refused; good ones are never shown', async () => {
  const { tenant } = service
  expect((await citizen.get(own)).html).not.toContain('/wallet/')
  expect((await citizen.get(`${own}/wallet/apple`)).status).toBe(404)
  const unfit = await tenant.call('PUT', '/v1/wallets/google', {
    ...{ issuerId: '3388000000', email: 'pass@ente.example', privateKey: 'x'.repeat(60) },
  })
  expect([unfit.status, unfit.body.code]).toEqual([422, 'wallet_keys_unfit'])
  expect((await tenant.call('GET', '/v1/wallets')).body).toEqual({ apple: false, google: false })
})

test('a pass of Apple Wallet: place, time and code, nobody’s name, every file in its manifest, signed', async () => {
  const { tenant } = service
  expect((await tenant.call('PUT', '/v1/wallets/apple', appleKeys())).status).toBe(204)
  expect((await citizen.get(own)).html).toContain(`${own}/wallet/apple`)
  const cookie = [...citizen.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await service.app.inject({ method: 'GET', url: `${own}/wallet/apple`, headers: { cookie } })
  expect(answer.headers['content-type']).toBe('application/vnd.apple.pkpass')
  const files = filesIn(answer.rawPayload)
  const pass = JSON.parse(files.get('pass.json')!.toString())
  const { body: a } = await tenant.call('GET', `/v1/appointments/${own.split('/').at(-1)}`)
  expect(pass).toMatchObject({ passTypeIdentifier: 'pass.example.agenda', serialNumber: a.id })
  expect(pass.barcodes[0]).toMatchObject({ format: 'PKBarcodeFormatQR', message: a.code })
  expect(JSON.stringify(pass)).not.toMatch(/Ada|Neri/)
  const manifest = JSON.parse(files.get('manifest.json')!.toString()) as Record<string, string>
  for (const [name, content] of files)
    if (name !== 'manifest.json' && name !== 'signature')
      expect([name, manifest[name]]).toEqual([name, createHash('sha1').update(content).digest('hex')])
  const der = forge.util.createBuffer(files.get('signature')!.toString('binary'))
  const signed = forge.pkcs7.messageFromAsn1(forge.asn1.fromDer(der))
  expect(signed.certificates.map((c: any) => c.subject.getField('CN').value)).toContain('Pass')
  expect((await newCitizen(service.app).get(`${own}/wallet/apple`)).status).toBe(404)
})

test('a pass of Google Wallet is a signed address; taken away, the button goes', async () => {
  const { tenant } = service
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const keys = { issuerId: '3388000000', email: 'pass@ente.example', privateKey: await exportPKCS8(privateKey) }
  expect((await tenant.call('PUT', '/v1/wallets/google', keys)).status).toBe(204)
  const cookie = [...citizen.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const { headers } = await service.app.inject({ method: 'GET', url: `${own}/wallet/google`, headers: { cookie } })
  const token = String(headers.location).replace('https://pay.google.com/gp/v/save/', '')
  const [head, payload, signature] = token.split('.')
  const spki = await exportSPKI(publicKey)
  expect(verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), spki, Buffer.from(signature!, 'base64url'))).toBe(true)
  const said = decodeJwt<any>(token)
  expect(said).toMatchObject({ iss: 'pass@ente.example', aud: 'google', typ: 'savetowallet' })
  expect(said.payload.genericObjects[0].id).toMatch(/^3388000000\./)
  expect((await tenant.call('DELETE', '/v1/wallets/google')).status).toBe(204)
  expect((await citizen.get(own)).html).not.toContain('/wallet/google')
})

test('the mail about a visit carries its code as a QR code', async () => {
  await service.settle()
  const client = await service.deps.db.pool.connect()
  const { rows } = await client.query("select document from messages where template = 'booked' limit 1")
  client.release()
  const document = (rows[0] as { document: any }).document
  expect(document.html).toContain('cid:code')
  const box = await startMailbox()
  const sender = smtpSender(box.url, 'agenda@ente.example')
  await sender.send({ ...document, start: undefined, to: 'ada@posta.example', messageId: 'uno' })
  sender.close()
  const picture = box.got[0]!.mail.attachments.find(({ filename }) => filename === 'code.png')!
  expect([picture.contentId, picture.mimeType]).toEqual(['<code>', 'image/png'])
  expect(
    Buffer.from(picture.content as ArrayBuffer)
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  await box.close()
})
