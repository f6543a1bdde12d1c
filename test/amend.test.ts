// After booking: the citizen changes the answers, and takes one of several people off the appointment.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { confirmAs, newCitizen, timesIn, type Citizen } from './helpers/citizen.ts'
import { makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
  const questions = [
    { id: 'motivo', label: 'Motivo', type: 'choice', options: ['Rinnovo', 'Furto'], required: true },
    { id: 'note', label: 'Note', type: 'long_text', required: false, maxLength: 50 },
  ]
  await makeOffice(service.tenant, {
    agents: 1,
    service: { externalId: 'corso', seats: 6, channels: [{ type: 'in_person' }], questions },
  })
})
afterAll(() => service.close())

async function book(citizen: Citizen, companions: string, places: number): Promise<string> {
  const times = await citizen.get(`/prova/book/time?service=corso&channel=in_person&places=${places}`)
  const details = await citizen.submit(times, '/book/time', { at: timesIn(times.html)[0]! })
  const applicant = await citizen.submit(details, '/details', { answer_motivo: 'Rinnovo' })
  const who = { firstName: 'Ada', lastName: 'Neri', email: 'ada@posta.example', phone: '' }
  // Nobody is left out unsaid: as many names as other people, no more and no fewer.
  for (const wrong of places > 1 ? [companions.split('\n')[0]!, `${companions}\nEva Neri`] : []) {
    const page = await citizen.submit(applicant, '/applicant', { ...who, companions: wrong })
    expect([page.status, page.text.includes(`Scrivi ${places - 1} nomi`)]).toEqual([422, true])
    expect(page.html).toContain(wrong.split('\n').at(-1))
  }
  return confirmAs(citizen, applicant, { ...who, companions })
}
/** The first time of the day, which both tests book. */
const FIRST = '2026-11-23T09:00:00+01:00'
const remaining = async (): Promise<number> => {
  const id = (await service.tenant.call('GET', '/v1/services?externalId=corso')).body.items[0].id
  const { body } = await service.tenant.call('GET', `/v1/slots?serviceId=${id}&from=2026-11-23&to=2026-11-24`)
  return body.days[0].slots.find((s: any) => s.start === FIRST)?.remaining ?? 0
}

test('answers are changed by their rules; a form from before a change elsewhere writes over nothing', async () => {
  const citizen = newCitizen(service.app)
  const own = await book(citizen, '', 1)
  const shown = await citizen.get(own)
  expect(shown.text).toContain('Cambia le risposte')
  const form = await citizen.get(`${own}/answers`)
  expect(form.html).toMatch(/value="Rinnovo"[^>]*checked/)
  const wrong = await citizen.submit(form, '/answers', { answer_motivo: null, answer_note: 'Ho perso la carta.' })
  expect(wrong.status).toBe(422)
  expect(wrong.html).toContain('Ho perso la carta.')
  const saved = await citizen.submit(wrong, '/answers', { answer_motivo: 'Furto' })
  expect(saved.url).toBe(`${own}?said=answers`)
  expect(saved.text).toContain('Le risposte sono state cambiate.')
  expect(saved.text).toMatch(/Motivo\s+Furto/)
  const a = (await service.tenant.call('GET', `/v1/appointments/${own.split('/').at(-1)}`)).body
  expect(a.answers).toEqual({ motivo: 'Furto', note: 'Ho perso la carta.' })
  const stale = await citizen.submit(form, '/answers', { answer_motivo: 'Rinnovo' })
  expect(stale.status).toBe(409)
  expect((await newCitizen(service.app).get(`${own}/answers`)).status).toBe(404)
  // Over: nothing to change.
  const before = service.clock.now
  service.clock.now += 5 * 86_400_000
  expect((await citizen.get(own)).text).not.toContain('Cambia le risposte')
  service.clock.now = before
})

test('one of several does not come: the place is free again, the others stay, pressed twice is once', async () => {
  const before = await remaining()
  const citizen = newCitizen(service.app)
  const own = await book(citizen, 'Ugo Neri\nLia Neri', 3)
  expect(await remaining()).toBe(before - 3)
  const shown = await citizen.get(own)
  expect(shown.text).toContain('Ugo Neri non viene')
  const asked = await citizen.submit(shown, '/attendees', { leaves: 'Ugo Neri' })
  expect(asked.text).toContain('Il posto di Ugo Neri torna libero')
  const leave = () => citizen.submit(asked, '/attendees')
  const [first, second] = await Promise.all([leave(), leave()])
  expect([first.status, second.status]).toEqual([200, 200])
  const a = (await service.tenant.call('GET', `/v1/appointments/${own.split('/').at(-1)}`)).body
  expect(a).toMatchObject({ status: 'confirmed', places: 2, attendees: ['Ada Neri', 'Lia Neri'] })
  expect(await remaining()).toBe(before - 2)
  await citizen.submit(asked, '/attendees', { leaves: 'Lia Neri' })
  // The last one cancels the appointment instead.
  const last = await citizen.get(own)
  expect(last.html).not.toContain('/attendees')
  expect((await citizen.post(`${own}/attendees`, [['leaves', 'Ada Neri']])).url).toBe(own)
  expect(await remaining()).toBe(before - 1)
  expect((await newCitizen(service.app).post(`${own}/attendees`, [['leaves', 'Ada Neri']])).status).toBe(404)
})
