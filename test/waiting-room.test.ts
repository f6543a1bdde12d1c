// The waiting room: who comes when more people want to book than the tenant's pace allows waits in order, whoever came before an
// opening is drawn, nobody loses a place or a time that is held, and robots work for each place.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import fc from 'fast-check'
import { burstOf, calledBy, shuffled, waitOf, type Line } from '../src/domain/waiting-room/line.ts'
import { WaitingRoomBody } from '../src/domain/tenant/waiting-room-settings.schema.ts'
import { joinDraw, takeNumbers } from '../src/domain/waiting-room/line.sql.ts'
import { fieldsEn } from '../src/workspace/words/fields.en.ts'
import { fieldsIt } from '../src/workspace/words/fields.it.ts'
import { newCitizen, solve, timesIn, type Citizen, type Shown } from './helpers/citizen.ts'
import { makeOffice, startService, type TestService, type TestTenant } from './helpers/service.ts'

const MINUTE = 60_000

test('a draw is a permutation, whatever the seed, and moves everybody about', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 300 }), (seed, count) => {
      const places = Array.from({ length: count }, (_, i) => shuffled(seed, count, i))
      expect([...places].sort((a, b) => a - b)).toEqual(places.map((_, i) => i))
    }),
    { numRuns: 40 },
  )
  // The first of a hundred comes to every tenth of the line about as often as to any other.
  const tenths = new Array<number>(10).fill(0)
  for (let n = 0; n < 3_000; n += 1) tenths[Math.floor(shuffled(`seed ${n}`, 100, 0) / 10)]! += 1
  for (const hits of tenths) expect(Math.abs(hits - 300)).toBeLessThan(90)
})

test('nobody is called before their turn, all are called in order, and a wait is as long as it was said', () => {
  const line = fc.record({
    issued: fc.integer({ min: 0, max: 50_000 }),
    called: fc.double({ min: 0, max: 50_000, noNaN: true }),
    calledAt: fc.constant(0),
  })
  fc.assert(
    fc.property(line, fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 0, max: 1e7 }), (drawn, pace, now) => {
      const one: Line = { ...drawn, pace, called: Math.min(drawn.called, drawn.issued + burstOf(pace)) }
      expect(calledBy(one, now + 1_000)).toBeGreaterThanOrEqual(calledBy(one, now))
      expect(calledBy(one, now)).toBeLessThanOrEqual(one.issued + burstOf(pace))
      if (one.issued === 0) return
      const { wait, ahead } = waitOf(one, one.issued, now)
      expect(waitOf(one, one.issued, now + wait).wait).toBeLessThanOrEqual(1)
      if (wait > 0) expect(ahead).toBeLessThan(one.issued)
    }),
  )
})

let service: TestService
let tenant: TestTenant
let n = 0
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

const TIME = (slug: string) => `/${slug}/book/time?service=cie&channel=in_person`
let slug: string
const ANY = { headers: { 'if-match': '*' } }
const settings = (waitingRoom: unknown) => tenant.call('PATCH', `/v1/tenants/${tenant.id}`, { waitingRoom }, ANY)

beforeEach(async () => {
  slug = `fila-${(n += 1)}`
  tenant = await service.newTenant(slug, { booking: { captcha: 'none' } })
  await makeOffice(tenant, {
    agents: 4,
    service: { externalId: 'cie', channels: [{ type: 'in_person' }], horizon: { days: 5 } },
    rules: [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '09:00', to: '13:00' }] }],
  })
})

/** Opens the page of times and takes a place in line if there is one. */
async function come(citizen: Citizen): Promise<Shown> {
  const page = await citizen.get(TIME(slug))
  return page.html.includes(`action="/${slug}/line"`) ? citizen.submit(page, '/line') : page
}
/** In Rome, in winter. */
const localOf = (at: number) => {
  const [date, time] = new Date(at + 60 * MINUTE).toISOString().slice(0, 16).split('T')
  return { date, time }
}
const isInside = (page: Shown): boolean => timesIn(page.html).length > 0
const look = async (citizen: Citizen): Promise<any> =>
  JSON.parse((await citizen.get(`/${slug}/line`, { accept: 'application/json' })).html)

test('beyond the pace people wait in order, are told their place and time, and book when it is their turn', async () => {
  expect((await settings({ admitPerMinute: 6 })).status).toBe(200)
  const citizens = Array.from({ length: 5 }, () => newCitizen(service.app))
  const pages: Shown[] = []
  for (const citizen of citizens) pages.push(await come(citizen))
  expect(pages.map(isInside)).toEqual([true, false, false, false, false])
  expect(pages[1]!.text).toContain('Sei in fila')
  expect(
    pages
      .slice(1)
      .map(({ text }) => /La prossima persona sei tu|Hai (una persona|\d+ persone) davanti/.exec(text)?.[0]),
  ).toEqual(['La prossima persona sei tu', 'Hai una persona davanti', 'Hai 2 persone davanti', 'Hai 3 persone davanti'])
  expect(pages[4]!.text).toContain('fra meno di un minuto')
  expect(pages[4]!.headers['cache-control']).toBe('no-store')
  expect(await look(citizens[4]!)).toMatchObject({ isTurn: false, ahead: 3, again: expect.any(Number) })
  const figures = await tenant.call('GET', '/v1/waiting-room')
  expect(figures.body).toEqual({ admitPerMinute: 6, issued: 5, waiting: 4, waitSeconds: 40, drawAt: null, inDraw: 0 })

  // Ten seconds a person.
  service.clock.now += 10_000
  expect(await look(citizens[1]!)).toEqual({ isTurn: true })
  expect(await look(citizens[2]!)).toMatchObject({ isTurn: false, ahead: 0 })
  expect(isInside(await citizens[2]!.get(TIME(slug)))).toBe(false)
  const times = await citizens[1]!.get(TIME(slug))
  expect(isInside(times)).toBe(true)
  // Whoever comes now stands behind all others.
  expect((await come(newCitizen(service.app))).text).toContain('Hai 3 persone davanti')

  // A time that is held is never lost to the line, however long it takes.
  const held = await citizens[1]!.submit(times, '/book/time', { at: timesIn(times.html)[0]! })
  expect(held.url).toContain('/applicant')
  service.clock.now += 5 * MINUTE
  for (let i = 0; i < 40; i += 1) await come(newCitizen(service.app))
  const who = { firstName: 'Ugo', lastName: 'Bo', email: 'u@posta.example', phone: '' }
  const summary = await citizens[1]!.submit(held, '/applicant', who)
  expect((await citizens[1]!.submit(summary, 'summary', { consent: 'yes' })).url).toMatch(/\/(confirmed|activation)$/)
})

test('whoever comes before an opening takes part in a draw: nobody enters earlier, and coming first is no advantage', async () => {
  const at = Math.ceil(service.clock.now / MINUTE) * MINUTE + 10 * MINUTE
  await settings({ admitPerMinute: 60, openings: [{ ...localOf(at), drawMinutes: 5 }] })
  const early = newCitizen(service.app)
  expect(isInside(await come(early))).toBe(true)

  service.clock.now = at - 4 * MINUTE
  const citizens = Array.from({ length: 24 }, () => newCitizen(service.app))
  for (const citizen of citizens) {
    const page = await come(citizen)
    expect(page.text).toContain('Partecipi al sorteggio')
  }
  service.clock.now = at - 2_000
  expect((await citizens[23]!.get(TIME(slug))).text).toContain('Finora partecipano 24 persone')
  expect((await tenant.call('GET', '/v1/waiting-room')).body).toMatchObject({
    inDraw: 24,
    drawAt: new Date(at).toISOString(),
  })
  expect(await look(citizens[0]!)).toMatchObject({ isTurn: false, ahead: null })

  service.clock.now = at
  const late = newCitizen(service.app)
  expect((await come(late)).text).toMatch(/Hai 2\d persone davanti/)
  const order: number[] = []
  for (const citizen of citizens) {
    const seen = await look(citizen)
    order.push(seen.isTurn ? -1 : seen.ahead)
  }
  const called = order.filter((place) => place === -1).length
  expect(order.filter((place) => place >= 0).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 24 - called }, (_, i) => i),
  )
  expect(order).not.toEqual([...order].sort((a, b) => a - b))

  // Who still waits keeps the place at the next draw, before its people; nobody is called while they gather.
  await settings({ admitPerMinute: 2 })
  const second = at + 3 * MINUTE
  await settings({ openings: [{ ...localOf(second), drawMinutes: 2 }] })
  const waiting: Citizen[] = []
  for (const citizen of [...citizens, late]) if (!(await look(citizen)).isTurn) waiting.push(citizen)
  expect(waiting.length).toBeGreaterThan(8)
  service.clock.now = second - 2 * MINUTE
  const next = newCitizen(service.app)
  expect((await come(next)).text).toContain('Partecipi al sorteggio')
  const kept: Citizen[] = []
  for (const citizen of waiting) if ((await citizen.get(TIME(slug))).text.includes('Sei in fila')) kept.push(citizen)
  expect(kept.length).toBeGreaterThan(waiting.length - 5)
  service.clock.now = second - 1_000
  for (const citizen of kept) expect(await look(citizen)).toMatchObject({ isTurn: false })
  service.clock.now = second + 10 * MINUTE
  for (const citizen of kept) expect(isInside(await citizen.get(TIME(slug)))).toBe(true)
  expect((await look(next)).isTurn).toBe(true)
})

test('a place costs work; without scripts a connection gets some places, and the pages say what to do', async () => {
  await settings({ admitPerMinute: 1 })
  await tenant.call('PATCH', `/v1/tenants/${tenant.id}`, { booking: { captcha: 'proof_of_work' } }, ANY)
  await come(newCitizen(service.app))
  const pages: Shown[] = []
  for (let i = 0; i < 22; i += 1) {
    const citizen = newCitizen(service.app)
    const page = await citizen.get(TIME(slug))
    pages.push(await citizen.submit(page, '/line'))
  }
  expect(pages.filter(({ text }) => text.includes('Sei in fila'))).toHaveLength(20)
  expect(pages[21]!.status).toBe(422)
  expect(pages[21]!.text).toContain('Attiva JavaScript')
  // With work there is always a place; somebody else's work is of no use.
  const [one, other] = [newCitizen(service.app), newCitizen(service.app)]
  const [a, b] = [await one.get(TIME(slug)), await other.get(TIME(slug))]
  const altcha = await solve(a.html)
  expect((await other.submit(b, '/line', { altcha })).status).toBe(422)
  expect((await one.submit(a, '/line', { altcha })).text).toContain('Sei in fila')
})

test('tickets and turns are of one tenant, cannot be made up, end, and are worth so many times', async () => {
  await settings({ admitPerMinute: 1 })
  const citizen = newCitizen(service.app)
  const inside = await come(citizen)
  expect(isInside(inside)).toBe(true)
  const turn = citizen.jar.get('agenda_turn')!
  const forger = newCitizen(service.app)
  for (const forged of [turn.replace(/^\d+/, '7'), turn.replace(/\.\d+\./, '.9999999999999.'), '1.2.3', '.', 'x.y.z']) {
    forger.jar.set('agenda_turn', forged)
    forger.jar.set('agenda_line', forged)
    expect(isInside(await forger.get(TIME(slug)))).toBe(false)
  }
  const own = slug
  const second = await service.newTenant(`${own}-b`)
  await second.call('PATCH', `/v1/tenants/${second.id}`, { waitingRoom: { admitPerMinute: 1 } }, ANY)
  await newCitizen(service.app).get(`/${own}-b/book`)
  forger.jar.set('agenda_turn', turn)
  expect((await forger.get(`/${own}-b/book`)).html).toContain(`action="/${own}-b/line"`)
  // A turn is good for so many times, whoever has the cookie.
  const page = await citizen.get(TIME(own))
  const sent: Shown[] = []
  for (let i = 0; i < 13; i += 1)
    sent.push(await citizen.submit(page, '/book/time', { at: timesIn(page.html)[i % 3]! }))
  expect(sent.map(({ html }) => html.includes(`action="/${own}/line"`))).toEqual([...new Array(12).fill(false), true])
})

test('an address elsewhere is not followed, and a closed room is open', async () => {
  await settings({ admitPerMinute: 1 })
  await come(newCitizen(service.app))
  const citizen = newCitizen(service.app)
  const page = await citizen.get(TIME(slug))
  const gone = await citizen.submit(page, '/line', { to: '//elsewhere.example/' })
  expect(gone.url).toBe(`/${slug}`)
  expect(isInside(await citizen.get(TIME(slug)))).toBe(false)
  await settings({ admitPerMinute: 0 })
  expect(isInside(await citizen.get(TIME(slug)))).toBe(true)
  expect(await look(citizen)).toEqual({ isTurn: true })
})

test('a turn kept from a quiet hour, a draft that nobody began and one begun before pass nobody by at a draw', async () => {
  await settings({ admitPerMinute: 60 })
  const early = newCitizen(service.app)
  const times = await early.get(TIME(slug))
  expect(isInside(times)).toBe(true)
  // A time held before the draw.
  const holder = newCitizen(service.app)
  const page = await holder.get(TIME(slug))
  const held = await holder.submit(page, '/book/time', { at: timesIn(page.html)[0]! })
  const draft = /book\/([0-9a-f-]{36})\//.exec(held.url)![1]!
  const hoarder = newCitizen(service.app)
  const [id, seal] = /name="draft" value="([^".]*)\.([^"]*)"/.exec(times.html)!.slice(1) as [string, string]
  const at = Math.ceil(service.clock.now / MINUTE) * MINUTE + 20 * MINUTE
  await settings({ openings: [{ ...localOf(at), drawMinutes: 15 }] })
  for (const now of [at - 14 * MINUTE, at]) {
    service.clock.now = now
    for (let i = 0; i < 15; i += 1) await come(newCitizen(service.app))
    expect(isInside(await early.get(TIME(slug)))).toBe(false)
    expect((await early.submit(times, '/book/time', { at: timesIn(times.html)[0]! })).html).toContain(`/${slug}/line"`)
    // A draft that a page only named, and one that was begun before the draw.
    hoarder.jar.set('agenda_drafts', `${id}.${seal}`)
    expect((await hoarder.get(`/${slug}/book/${id}/time`)).html).not.toContain('name="at"')
    const query = TIME(slug).split('?')[1]!
    expect(isInside(await holder.get(`/${slug}/book/${draft}/time?${query}`))).toBe(false)
    // What is held is finished, line or not.
    if (now === at) break
    const who = { firstName: 'Ugo', lastName: 'Bo', email: 'u@posta.example', phone: '' }
    expect((await holder.submit(held, '/applicant', who)).url).toContain('/summary')
  }
})

test('the work of one form is worth one place, and a browser without cookies is told so', async () => {
  await settings({ admitPerMinute: 1 })
  await come(newCitizen(service.app))
  const robot = newCitizen(service.app)
  const page = await robot.get(TIME(slug))
  const places: boolean[] = []
  for (let i = 0; i < 4; i += 1) {
    robot.jar.clear()
    places.push((await robot.submit(page, '/line')).text.includes('Sei in fila'))
  }
  expect(places).toEqual([true, false, false, false])
  robot.jar.clear()
  const without = await robot.get(`${TIME(slug)}&joined=1`)
  expect(without.text).toContain('servono i cookie')
  expect(without.html).not.toContain('data-by-itself')
  expect((await robot.get(`/${slug}/line`)).url).toBe(`/${slug}`)
  // Switched off while people wait.
  await settings({ admitPerMinute: 0 })
  expect((await tenant.call('GET', '/v1/waiting-room')).body).toMatchObject({ waiting: 0, waitSeconds: 0 })
})

test('every setting of the waiting room has its name in the languages of the workspace', () => {
  const names = [...Object.keys(WaitingRoomBody.properties), 'date', 'time', 'drawMinutes']
  for (const words of [fieldsIt, fieldsEn]) for (const name of names) expect(words).toHaveProperty(name)
})

test('numbers given at the same time are never given twice', async () => {
  const { kysely } = service.deps.db
  const taking = { tenantId: tenant.id, pace: 60, now: service.clock.now }
  const counts = Array.from({ length: 40 }, (_, i) => 1 + (i % 7))
  const lines = await Promise.all(counts.map((count) => takeNumbers(kysely, { ...taking, count })))
  const given = lines.flatMap(({ issued }, i) => Array.from({ length: counts[i]! }, (_, back) => issued - back))
  expect(given.sort((a, b) => a - b)).toEqual(given.map((_, i) => i + 1))
  const at = service.clock.now + MINUTE
  const drawn = await Promise.all(counts.map((count) => joinDraw(kysely, tenant.id, count, at)))
  expect(Math.max(...drawn.map((draw) => draw!.count))).toBe(counts.reduce((a, b) => a + b))
})
