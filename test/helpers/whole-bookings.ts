// Tests that bookings are whole and counted once, whatever stands between the service and PostgreSQL.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { counts, person, type Rivals } from './rivals.ts'

const CLIENTS = 32

/** Adds the tests to the block that starts the rivals. */
export function bookingsAreWhole(rivals: () => Rivals): void {
  const atOnce = (body: () => object, headers?: Record<string, string>) =>
    Promise.all(Array.from({ length: CLIENTS }, () => rivals().call('POST', '/v1/appointments', body(), headers)))

  test('repeated requests under one Idempotency-Key store one appointment and one reservation', async () => {
    const { serviceId } = await rivals().office(3)
    const body = { serviceIds: [serviceId], start: rivals().at(3), contact: person() }
    const answers = await atOnce(() => body, { 'idempotency-key': randomUUID() })
    expect(counts(answers)).toEqual({ 201: CLIENTS })
    expect(await rivals().stored(serviceId)).toEqual({ appointments: 1, reservations: 1, agents: 1 })
  })

  test('a refused booking leaves no reservation of nothing', async () => {
    const { serviceId, agentIds } = await rivals().office(1, { limits: [{ scope: 'service', period: 'day', max: 2 }] })
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, (_, i) =>
        rivals().call('POST', '/v1/appointments', {
          serviceIds: [serviceId],
          agentId: agentIds[0],
          start: rivals().at(4, (i % 8) * 30),
          contact: person(),
        }),
      ),
    )
    expect(counts(answers)[201]).toBe(2)
    expect(answers.filter((answer) => answer.status >= 500)).toEqual([])
    expect(await rivals().stored(serviceId)).toEqual({ appointments: 2, reservations: 2, agents: 1 })
  })

  test('a group session counts exactly the places that were booked', async () => {
    const { serviceId } = await rivals().office(1, { seats: 8 })
    const answers = await atOnce(() => ({ serviceIds: [serviceId], start: rivals().at(5), contact: person() }))
    expect(counts(answers)).toEqual({ 201: 8, '409 seats_exhausted': CLIENTS - 8 })
    expect(await rivals().stored(serviceId)).toEqual({ appointments: 8, reservations: 1, agents: 1 })
    const { rows } = await sql`select seats_used from reservations where service_id = ${serviceId}`.execute(
      rivals().db.kysely,
    )
    expect(rows).toEqual([{ seats_used: 8 }])
  })
}
