// The waiting list for people without an appointment: what a wish means, and the way from the form to a taken time.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { offerOpenTimes } from '../src/application/waiting-list/open-times.ts'
import { fitsWish } from '../src/application/waiting-list/rules.ts'
import { newCitizen, solve } from './helpers/citizen.ts'
import { makeOffice, startService, type Office, type TestService } from './helpers/service.ts'

const HOUR = 3_600_000

describe('a wish', () => {
  const monday = Date.parse('2026-11-30T09:00:00+01:00')
  const slot = { start: monday, locationId: 'a' }
  const fits = (wish: object, now = monday - 48 * HOUR) => fitsWish(wish, slot, 'Europe/Rome', now)
  test.each([
    [{}, true],
    [{ days: [] }, true],
    [{ days: [0] }, true],
    [{ days: [1, 2] }, false],
    [{ part: 'morning' }, true],
    [{ part: 'afternoon' }, false],
    [{ locationIds: ['a'] }, true],
    [{ locationIds: ['b'] }, false],
    [{ noticeMinutes: 48 * 60 }, true],
    [{ noticeMinutes: 48 * 60 + 1 }, false],
    [{ days: [0], part: 'morning', locationIds: ['a', 'b'], noticeMinutes: 60 }, true],
  ])('%j fits a Monday at nine: %s', (wish, is) => {
    expect(fits(wish)).toBe(is)
  })
  test('the day is that of the office, not of the instant', () => {
    const late = { start: Date.parse('2026-11-30T23:30:00Z'), locationId: 'a' }
    expect(fitsWish({ days: [1] }, late, 'Europe/Rome', 0)).toBe(true)
    expect(fitsWish({ days: [0] }, late, 'America/New_York', 0)).toBe(true)
  })
})

describe('on the pages', () => {
  let service: TestService
  let office: Office
  beforeAll(async () => {
    service = await startService()
    office = await makeOffice(service.tenant, { service: { externalId: 'cie', horizon: { days: 30 } } })
  })
  afterAll(() => service.close())

  const FORM = '/prova/waiting?service=cie&channel=in_person'
  const who = { firstName: 'Ugo', lastName: 'Bassi', email: 'ugo@posta.example', phone: '' }
  const join = async (changes: Record<string, string | string[]>) => {
    const citizen = newCitizen(service.app)
    const page = await citizen.get(FORM)
    const done = await citizen.submit(page, '/waiting', { ...who, altcha: await solve(page.html), ...changes })
    return { citizen, done }
  }
  const book = async (start: string) =>
    (
      await service.tenant.call('POST', '/v1/appointments', {
        serviceIds: [office.service.id],
        locationId: office.location.id,
        start,
        contact: { firstName: 'Prima', lastName: 'Persona', phone: '+390698765432' },
      })
    ).body
  const free = async (id: string) => {
    await service.tenant.call('POST', `/v1/appointments/${id}/cancellation`, {})
    service.clock.now += 11 * 60_000
    await service.settle()
  }
  const offers = async () => {
    const { items } = (await service.tenant.call('GET', '/v1/messages?limit=200')).body
    return items.filter((m: any) => m.template === 'offer')
  }

  test('who waits for Wednesdays is not written to for a Tuesday; a Wednesday is theirs with one press', async () => {
    const tuesday = await book('2026-12-01T09:00:00+01:00')
    const wednesday = await book('2026-12-02T09:00:00+01:00')
    const { citizen, done } = await join({ days: ['2'], notice: '24' })
    expect(done.url).toMatch(/\/waiting\/[0-9a-f-]{36}\?said=joined/)
    expect(done.text).toContain('Sei in lista')
    // What was wished is there to be read again.
    expect(done.text).toMatch(/mercoledì.*Un giorno prima.*23 dicembre 2026/)
    await free(tuesday.id)
    expect(await offers()).toHaveLength(0)
    await free(wednesday.id)
    const [offer] = await offers()
    expect(offer.recipient).toBe('ugo@posta.example')
    const own = await citizen.get(done.url)
    expect(own.text).toContain('Un orario è riservato a te')
    const link = new URL(/http\S+\/offers\/\S+/.exec(offer.text)![0]).pathname
    const elsewhere = newCitizen(service.app)
    const taken = await elsewhere.submit(await elsewhere.get(link), '/offers/')
    expect(taken.url).toMatch(/\/appointments\/[0-9a-f-]{36}\?said=taken/)
    expect(taken.text).toContain('mercoledì 2 dicembre 2026, 09:00')
    // The place on the list is used up, and a second press on the link leads to the same appointment.
    expect((await citizen.get(done.url)).html).not.toContain('/end"')
    const again = await elsewhere.post(link, [])
    expect([again.status, again.url.split('?')[0]]).toEqual([200, taken.url.split('?')[0]])
  })

  test('faults keep what was typed; the place is its owner’s alone and is given up; the list has a limit', async () => {
    const { done: faulty } = await join({ email: 'x', days: ['1', '9'] })
    expect([faulty.status, faulty.text.includes('Scrivi un indirizzo')]).toEqual([422, true])
    expect(faulty.html).toMatch(/name="days"\s+value="1"\s+checked/)
    const { citizen, done } = await join({ email: 'lia@posta.example' })
    const stranger = newCitizen(service.app)
    expect((await stranger.get(done.url)).status).toBe(404)
    const left = await citizen.submit(done, '/end')
    expect(left.text).toContain('Non sei più in lista')
    for (let i = 0; i < 5; i += 1) await join({ email: 'molti@posta.example' })
    const { done: sixth } = await join({ email: 'molti@posta.example' })
    expect(sixth.status).toBe(409)
  })

  test('hours that are opened later are offered too, each time once, and nobody gets two offers at once', async () => {
    const { tenant } = service
    const agent = (await tenant.call('GET', '/v1/agents?limit=1')).body.items[0].id
    await service.deps.db.kysely
      .updateTable('waiting_entries')
      .set({ status: 'ended' })
      .where('tenant_id', '=', tenant.id)
      .execute()
    // Saturdays: nobody works.
    const first = await join({ days: ['5'], notice: '24', email: 'sabato@posta.example' })
    expect(first.done.url).toContain('said=joined')
    const before = (await offers()).length
    expect(await offerOpenTimes(service.deps, tenant.id)).toBe(0)
    await tenant.make('openings', {
      ...{ ownerKind: 'agent', ownerId: agent },
      from: '2026-12-05T09:00:00+01:00',
      to: '2026-12-05T10:00:00+01:00',
    })
    expect(await offerOpenTimes(service.deps, tenant.id)).toBe(1)
    await service.settle()
    const told = await offers()
    expect(told.length).toBe(before + 1)
    expect(JSON.stringify(told)).toContain('sabato@posta.example')
    // Not answered: the second time of that day is next, never the same again.
    expect(await offerOpenTimes(service.deps, tenant.id)).toBe(0)
    const again = async () => {
      service.clock.now += 3 * HOUR
      await service.settle()
      await offerOpenTimes(service.deps, tenant.id)
      await service.settle()
      return (await offers()).length
    }
    expect(await again()).toBe(before + 2)
    service.clock.now += 24 * HOUR
    expect(await again()).toBe(before + 2)
  })
})
