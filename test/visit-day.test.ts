// The day of the visit: "I am here" by the code on the sign, and the delay of the office from the visits that ended last.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { metresBetween } from '../src/site/appointment/day.ts'
import { confirmAs, newCitizen, nthTime } from './helpers/citizen.ts'
import { makeOffice, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { service: { externalId: 'cie' } })
  await service.tenant.call(
    'PATCH',
    `/v1/locations/${office.location.id}`,
    { arrivalCode: 'SALA-7' },
    { headers: { 'if-match': '*' } },
  )
})
afterAll(() => service.close())

const NERI = { lastName: 'Neri', phone: '' }

test('who is there says so with the code of the sign, on time and once; the office sees it and tells its delay', async () => {
  const citizen = newCitizen(service.app)
  const { page, at } = await nthTime(citizen, await citizen.get('/prova/book/time?service=cie&channel=in_person'), 4)
  const form = await citizen.submit(page, '/book/time', { at })
  const own = await confirmAs(citizen, form, { ...NERI, firstName: 'Ada', email: 'ada@posta.example' })
  const id = own.split('/').at(-1)!
  const start = Date.parse((await service.tenant.call('GET', `/v1/appointments/${id}`)).body.start)
  expect((await citizen.get(own)).html).not.toContain('/arrival"')

  service.clock.now = start - 61 * 60_000
  expect((await citizen.post(`${own}/arrival`, [['sign', 'SALA-7']])).status).toBe(422)
  service.clock.now = start - 30 * 60_000
  const wrong = await citizen.submit(await citizen.get(own), '/arrival', { sign: 'ALTRA' })
  expect([wrong.status, wrong.text.includes('Non è il codice sul cartello')]).toEqual([422, true])
  const bySign = await citizen.get('/prova/here?sign=sala%207')
  expect(bySign.url).toBe(`${own}?sign=sala%207`)
  expect(bySign.html).toMatch(/name="sign"[^>]*value="sala 7"|value="sala 7"[^>]*name="sign"/)
  const here = await citizen.submit(bySign, '/arrival')
  expect(here.text).toContain('L’ufficio sa che sei qui')
  expect((await citizen.get(own)).html).not.toContain('/arrival"')
  expect((await service.tenant.call('GET', `/v1/appointments/${id}`)).body.arrivedAt).toBeDefined()
  // The sign of nobody, and a browser without an appointment here.
  expect((await citizen.get('/prova/here?sign=nulla')).status).toBe(404)
  expect((await newCitizen(service.app).get('/prova/here?sign=SALA-7')).url).toBe('/prova/find')

  // Three visits of the morning each ended twenty minutes after their plan.
  for (let i = 0; i < 3; i += 1) {
    service.clock.now = start - (150 - 30 * i) * 60_000
    const booked = await service.tenant.call('POST', '/v1/appointments', {
      ...{ serviceIds: [office.service.id], locationId: office.location.id },
      ...{ start: new Date(start - (120 - 30 * i) * 60_000).toISOString(), as: 'staff' },
      contact: { firstName: 'Ugo', lastName: `N${i}`, phone: `+39069876543${i}` },
    })
    expect(booked.status).toBe(201)
    service.clock.now = Date.parse(booked.body.end) + 20 * 60_000
    await service.tenant.call('POST', `/v1/appointments/${booked.body.id}/outcome`, { outcome: 'completed' })
  }
  service.clock.now = start - 5 * 60_000
  expect((await citizen.get(own)).text).toContain('in ritardo di circa 20 minuti')
})

test.each([
  // Rome, from the Colosseum to the Pantheon; one degree of the meridian; the same place; over the date line.
  [41.8902, 12.4922, 41.8986, 12.4769, 1_575, 40],
  [0, 0, 1, 0, 111_195, 10],
  [45, 9, 45, 9, 0, 0.001],
  [0, 179.9995, 0, -179.9995, 111.2, 0.5],
])('between %d %d and %d %d there are %d metres', (lat, lon, otherLat, otherLon, metres, tolerance) => {
  const distance = metresBetween({ latitude: lat, longitude: lon }, { latitude: otherLat, longitude: otherLon })
  expect(Math.abs(distance - metres)).toBeLessThanOrEqual(tolerance)
})

test('with a radius, the place of the device is believed near the office, and the page may ask for it', async () => {
  const { tenant } = service
  await tenant.call(
    'PATCH',
    `/v1/locations/${office.location.id}`,
    { arrivalRadius: 200, address: { street: 'Via Roma 1', city: 'Roma', latitude: 41.8902, longitude: 12.4922 } },
    { headers: { 'if-match': '*' } },
  )
  service.clock.now = Date.parse('2026-11-25T08:00:00Z')
  const citizen = newCitizen(service.app)
  const { page, at } = await nthTime(citizen, await citizen.get('/prova/book/time?service=cie&channel=in_person'), 2)
  const form = await citizen.submit(page, '/book/time', { at })
  const own = await confirmAs(citizen, form, { ...NERI, firstName: 'Lia', email: 'lia@posta.example' })
  service.clock.now =
    Date.parse((await tenant.call('GET', `/v1/appointments/${own.split('/').at(-1)}`)).body.start) - 600_000
  const shown = await citizen.get(own)
  expect(shown.html).toContain('data-here')
  expect(String(shown.headers['permissions-policy'])).toContain('geolocation=(self)')
  const say = (latitude: string, longitude: string) =>
    citizen.post(`${own}/arrival`, [
      ['latitude', latitude],
      ['longitude', longitude],
    ])
  const far = await say('41.8986', '12.4769')
  expect([far.status, far.text.includes('ancora lontano')]).toEqual([422, true])
  expect((await say('NaN', 'x')).status).toBe(422)
  expect((await say('41.8910', '12.4925')).text).toContain('L’ufficio sa che sei qui')
})
