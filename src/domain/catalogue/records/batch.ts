// Many changes of the configuration in one transaction: all of them, or none.
import { transaction, type Tx } from '../../../platform/database/tx.ts'
import { checkBody } from '../../../platform/schema/validation.ts'
import { AppError } from '../../../kernel/errors.ts'
import type { Deps } from '../../deps.ts'
import { afterRace, createOrKnown, writeByExternalId } from './external-id.ts'
import { archiveRecord, changeRecord } from './records.ts'
import type { Body, Resource, Row } from './resource.ts'

/** A change of one record. `name` lets later ones of the batch refer to it: the text `#name` stands for its id. */
export type Change = { resource: Resource; name?: string | undefined } & (
  | { act: 'create'; body: Body }
  | { act: 'put'; externalId: string; body: Body }
  | { act: 'update'; id: string; version: number | null; body: Body }
  | { act: 'archive'; id: string; version: number | null }
)

type Changed = { resource: Resource; row: Row; isNew: boolean }

/** The value with ids in place of the names of this batch. Throws `invalid_reference` for a name that no earlier change has. */
function resolved(value: unknown, ids: ReadonlyMap<string, string>, pointer: string): unknown {
  if (Array.isArray(value)) return value.map((one, i) => resolved(one, ids, `${pointer}/${i}`))
  if (typeof value === 'string' && /^#[A-Za-z][\w-]{0,39}$/.test(value)) {
    const id = ids.get(value.slice(1))
    if (id !== undefined) return id
    const field = { in: 'body' as const, pointer, code: 'invalid_reference', params: { what: 'change', id: value } }
    throw new AppError('invalid_reference', { what: 'change', id: value }, { fields: [field] })
  }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one, ids, `${pointer}/${key}`)]))
}

type Batch = { deps: Deps; tx: Tx; tenantId: string; ids: Map<string, string> }

async function apply({ deps, tx, tenantId, ids }: Batch, change: Change): Promise<Omit<Changed, 'resource'>> {
  const { resource } = change
  const context = { tx, tenantId, id: deps.newId(), now: deps.now(), deps }
  const idOf = (id: string): string => resolved(id, ids, '/id') as string
  if (change.act === 'archive')
    return { row: await archiveRecord(resource, { ...context, id: idOf(change.id) }, change.version), isNew: false }
  const body = resolved(change.body, ids, '') as Body
  if (change.act === 'update') {
    const id = idOf(change.id)
    return { row: await changeRecord(resource, { ...context, id }, body, change.version), isNew: false }
  }
  checkBody(resource.body, body)
  return change.act === 'create'
    ? createOrKnown(resource, context, body)
    : writeByExternalId(resource, { context, externalId: change.externalId, body, wanted: null })
}

/** The error with pointers that begin at the change, which `extra.change` names too. */
function located(error: unknown, index: number): unknown {
  if (!(error instanceof AppError)) return error
  const fields = error.fields.map((field) => ({ ...field, pointer: `/changes/${index}/body${field.pointer}` }))
  return new AppError(error.code, error.params, {
    fields,
    extra: { ...error.extra, change: index },
    cause: error.cause,
  })
}

/** Makes the changes in their order. Throws the refusal of the first that is refused; then nothing has changed. */
export const changeTogether = (deps: Deps, tenantId: string, changes: readonly Change[]): Promise<Changed[]> =>
  afterRace(() =>
    transaction(deps.db, async (tx) => {
      const ids = new Map<string, string>()
      const done: Changed[] = []
      for (const [index, change] of changes.entries()) {
        try {
          const { row, isNew } = await apply({ deps, tx, tenantId, ids }, change)
          if (change.name !== undefined) ids.set(change.name, row.id)
          done.push({ resource: change.resource, row, isNew })
        } catch (error) {
          throw located(error, index)
        }
      }
      return done
    }),
  )
