// Agents and pools as records: what a write checks, and the desks a pool keeps.
import Type from 'typebox'
import { AppError } from '../../../kernel/errors.ts'
import { requireAllLive } from '../records/references.ts'
import type { Body, Resource, WriteContext } from '../records/resource.ts'
import { AgentBody, PoolBody } from '../agent.schema.ts'
import { countUpcoming, insertDesks, listDesks, resizeDesks } from '../agent.sql.ts'
import { insertCalendars } from '../../availability/ledger.sql.ts'

async function checkSkills(context: WriteContext, body: Body): Promise<void> {
  await requireAllLive(context, {
    table: 'services',
    what: 'service',
    ids: body.serviceIds as string[],
    pointer: '/serviceIds',
  })
  await requireAllLive(context, {
    table: 'locations',
    what: 'location',
    ids: body.locationIds as string[],
    pointer: '/locationIds',
  })
}

async function refuseWhileBooked(context: WriteContext, agentIds: readonly string[]): Promise<void> {
  const count = await countUpcoming(context.tx, context.tenantId, agentIds, new Date(context.now))
  if (count > 0) throw new AppError('still_in_use', { count })
}

export const agents: Resource = {
  path: 'agents',
  name: 'agent',
  table: 'agents',
  description: 'a person who serves: skills, locations, share of work',
  body: AgentBody,
  columns: { name: 'name', externalId: 'external_id' },
  filters: { externalId: 'external_id', name: 'name' },
  scopes: { read: 'configuration:read', write: 'configuration:write' },
  isConfiguration: true,
  presented: {
    poolId: Type.Optional(Type.String()),
    desk: Type.Optional(Type.Integer({ description: 'Number of the desk in its pool, from 0' })),
  },
  present: (row) => (row.pool_id === null ? {} : { poolId: row.pool_id, desk: row.desk }),
  async prepare(context, body) {
    if (context.before?.pool_id) throw new AppError('managed_by_pool')
    await checkSkills(context, body)
    return {}
  },
  async afterWrite(context) {
    if (!context.before) await insertCalendars(context.tx, context.tenantId, [context.id])
  },
  async beforeArchive(context) {
    if (context.before?.pool_id) throw new AppError('managed_by_pool')
    await refuseWhileBooked(context, [context.id])
  },
}

export const pools: Resource = {
  path: 'pools',
  name: 'pool',
  table: 'pools',
  description: 'a number of unnamed desks with the same skills',
  body: PoolBody,
  columns: { name: 'name', externalId: 'external_id' },
  filters: { externalId: 'external_id', name: 'name' },
  scopes: { read: 'configuration:read', write: 'configuration:write' },
  isConfiguration: true,
  async prepare(context, body) {
    await checkSkills(context, body)
    const size = body.size as number
    if (context.before && size < (context.before.document.size as number)) {
      const leaving = (await listDesks(context.tx, context.tenantId, context.id)).filter((desk) => desk.desk! >= size)
      await refuseWhileBooked(
        context,
        leaving.map((desk) => desk.id),
      )
    }
    return {}
  },
  async afterWrite(context, body) {
    const { tx, tenantId, id } = context
    const now = new Date(context.now)
    const [name, size] = [body.name as string, body.size as number]
    const existing = (await listDesks(tx, tenantId, id)).length
    const added = Array.from({ length: Math.max(0, size - existing) }, (_, i) => {
      const number = existing + i
      return { id: context.deps.newId(), number, name: `${name} ${number + 1}` }
    })
    const pool = { tenantId, poolId: id, now }
    if (added.length > 0) {
      await insertDesks(tx, pool, added)
      await insertCalendars(
        tx,
        tenantId,
        added.map((desk) => desk.id),
      )
    }
    await resizeDesks(tx, pool, { name, size })
  },
  async beforeArchive(context) {
    const desks = await listDesks(context.tx, context.tenantId, context.id)
    await refuseWhileBooked(
      context,
      desks.map((desk) => desk.id),
    )
  },
}
