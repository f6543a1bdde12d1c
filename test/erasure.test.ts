// After an erasure, the person's texts and contact data are in no table, even if messages were still on their way.
import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dump } from '../src/cli/dump.ts'
import { makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
beforeAll(async () => void (service = await startService()))
afterAll(() => service.close())

async function tablesWith(...markers: string[]): Promise<string[]> {
  let text = ''
  const out = new Writable({ write: (chunk, _encoding, done) => ((text += chunk), done()) })
  await dump(service.database.db, out, true)
  return text
    .split('\n')
    .filter((line) => markers.some((marker) => line.toLowerCase().includes(marker.toLowerCase())))
    .map((line) => `${(JSON.parse(line) as [string])[0]}: ${line.slice(0, 400)}`)
}

test('nothing of an erased person is left in any table, sent or waiting', async () => {
  const { tenant } = service
  const office = await makeOffice(tenant)
  await tenant.make('webhooks', { url: 'http://127.0.0.1:9/h', types: ['*'] })
  const campaign = await tenant.make('campaigns', {
    name: 'R',
    connector: { kind: 'http', url: 'http://127.0.0.1:9/p' },
  })
  const contact = await tenant.make('contacts', {
    firstName: 'Zebedea',
    lastName: 'Quaglia',
    email: 'zq@posta.example',
    phone: '+393209998877',
    notes: 'allergia-zz',
  })
  const booking = {
    serviceIds: [office.service.id],
    start: '2026-11-23T10:00:00+01:00',
    contactId: contact.id,
    notes: 'nota-zz',
  }
  const a = (await tenant.call('POST', '/v1/appointments', booking, { headers: { 'idempotency-key': 'chiave-1234' } }))
    .body
  const callback = {
    campaignId: campaign.id,
    number: '+393209998877',
    contactId: contact.id,
    reason: 'motivo-zz',
    data: { pratica: 'dato-zz' },
  }
  const c = (await tenant.call('POST', '/v1/callbacks', callback)).body
  await service.settle()
  await tenant.call('POST', `/v1/contacts/${contact.id}/notes`, { content: 'appunto-zz' })
  await tenant.call(
    'POST',
    `/v1/appointments/${a.id}/cancellation`,
    { reason: 'causa-zz' },
    { headers: { 'if-match': '*' } },
  )
  await tenant.call('POST', `/v1/callbacks/${c.id}/cancellation`, { reason: 'causa-zz' })
  expect((await tablesWith('zz')).length).toBeGreaterThan(5)
  // Recent events wait for the relay; the erasure comes before they are sent.
  expect((await tenant.call('POST', `/v1/contacts/${contact.id}/erasure`, {})).status).toBe(204)
  const markers = ['-zz', 'Zebedea', 'Quaglia', 'zq@posta', '393209998877']
  expect(await tablesWith(...markers)).toEqual([])
  await service.settle()
  expect(await tablesWith(...markers)).toEqual([])
})
