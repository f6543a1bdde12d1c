// Of 64 citizens who press the same time on the public pages, and callers of the API among them, as many get it as there are desks.
import { expect, test } from 'vitest'
import { newCitizen, timesIn } from './helpers/citizen.ts'
import { appOfItsOwn, makeOffice, PERSON, startService } from './helpers/service.ts'

test('64 citizens and 16 callers of the API press one time: two hold it, the others are told', async () => {
  const service = await startService()
  const channels = { externalId: 'cie', channels: [{ type: 'in_person' }] }
  const office = await makeOffice(service.tenant, { agents: 2, service: channels })
  const app = await appOfItsOwn(service.deps, {}, 1)
  const time = '/prova/book/time?service=cie&channel=in_person'
  const citizens = Array.from({ length: 64 }, (_, n) => newCitizen(app, { 'x-forwarded-for': `198.51.${n}.7` }))
  const pages = await Promise.all(citizens.map((citizen) => citizen.get(time)))
  const at = timesIn(pages[0]!.html)[0]!
  const url = `/v1/slots?serviceId=${office.service.id}&from=2026-11-23&to=2026-11-24`
  const { start } = (await service.tenant.call('GET', url)).body.days[0].slots[0]
  const [pressed, booked] = await Promise.all([
    Promise.all(citizens.map((citizen, n) => citizen.submit(pages[n]!, '/book/time', { at }))),
    Promise.all(
      Array.from({ length: 16 }, () =>
        service.tenant.call('POST', '/v1/appointments', { serviceIds: [office.service.id], start, contact: PERSON }),
      ),
    ),
  ])
  const holding = pressed.filter((page) => page.url.includes('/applicant'))
  const winners = booked.filter((answer) => answer.status === 201)
  expect(holding.length + winners.length).toBe(2)
  for (const page of pressed) expect(page.status).toBeLessThan(500)
  for (const page of pressed.filter((one) => !holding.includes(one))) expect(timesIn(page.html)).not.toContain(at)
  expect(new Set(booked.filter((one) => one.status !== 201).map((one) => one.body.code.slice(0, 5)))).toEqual(
    new Set(['slot_']),
  )
  const rows = await service.deps.db.kysely
    .selectFrom('appointments')
    .select('agent_id')
    .where('tenant_id', '=', service.tenant.id)
    .where('starts_at', '=', new Date(start))
    .where('status', 'in', ['held', 'confirmed'])
    .execute()
  expect(new Set(rows.map((row) => row.agent_id)).size).toBe(rows.length)
  expect(rows.length).toBe(2)
  await app.close()
  await service.close()
})
