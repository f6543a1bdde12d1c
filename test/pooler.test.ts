// PgBouncer in transaction mode: bookings are whole, nobody gets another's statement, and a pooler that does not fit is refused.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { poolerAt } from '../src/platform/database/pooler.ts'
import { createOnServer } from './helpers/database.ts'
import { describeBehindPooler, startPooler, type Pooler } from './helpers/pgbouncer.ts'
import { runCommand } from './helpers/process.ts'
import { counts, person, startRivals, type Rivals } from './helpers/rivals.ts'
import { bookingsAreWhole } from './helpers/whole-bookings.ts'

describeBehindPooler('PgBouncer in transaction mode', (serverUrl) => {
  let pooler: Pooler
  let rivals: Rivals
  beforeAll(async () => {
    pooler = await startPooler(serverUrl)
    const env = { AGENDA_POOLER: 'transaction', AGENDA_DIRECT_URL: serverUrl }
    rivals = await startRivals(serverUrl, { processes: 2, through: pooler.through, env })
  })
  afterAll(async () => {
    await rivals.stop()
    await pooler.stop()
  })

  bookingsAreWhole(() => rivals)

  test('many bookings of different shapes at once: each is answered for what it asked', async () => {
    const { serviceId, agentIds } = await rivals.office(4)
    const { serviceId: groupId } = await rivals.office(1, { seats: 64 })
    const asked = Array.from({ length: 120 }, (_, i) => ({
      serviceIds: [i % 3 === 0 ? groupId : serviceId],
      start: rivals.at(6 + (i % 5), i % 3 === 0 ? 0 : (i % 16) * 30),
      ...(i % 3 === 1 ? { agentId: agentIds[i % 4] } : {}),
      contact: person(),
    }))
    const answers = await Promise.all(asked.map((body) => rivals.call('POST', '/v1/appointments', body)))
    expect(Object.keys(counts(answers)).toSorted()).toEqual(['201', '409 slot_taken'])
    for (const [i, { status, body }] of answers.entries()) {
      if (status !== 201) continue
      expect(new Date(body.start).toISOString()).toBe(asked[i]!.start)
      expect(body.serviceIds).toEqual(asked[i]!.serviceIds)
      expect((await rivals.call('GET', `/v1/contacts/${body.contactId}`)).body.email).toBe(asked[i]!.contact.email)
    }
  })

  test('a start without the setting refuses this pooler in a sentence', async () => {
    const { url, drop } = await createOnServer(serverUrl)
    expect(await poolerAt(url)).toBe('direct')
    const kind = await poolerAt(pooler.through(url))
    const { code, errors } = await runCommand(['--no-demo', '--port', '0'], { DATABASE_URL: pooler.through(url) })
    await drop()
    // Newer versions keep prepared statements.
    expect(kind).toBe('unfit')
    expect(code).toBe(1)
    expect(errors).toContain(
      'The setting DATABASE_URL is not valid: the pooler before this database loses prepared statements',
    )
    expect(errors).toContain('AGENDA_POOLER=transaction')
  })
})
