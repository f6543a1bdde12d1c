// Scripts as records: the draft that authors edit. Publishing is an act of its own.
import type { Resource } from '../catalogue/records/resource.ts'
import { Nullable } from '../../platform/schema/schema.ts'
import Type from 'typebox'
import { AppError } from '../../kernel/errors.ts'
import { countUses } from './script.sql.ts'
import { ScriptBody } from './script.schema.ts'

export const scripts: Resource = {
  path: 'scripts',
  name: 'script',
  table: 'scripts',
  description: 'what agents say and ask: a graph of steps, as a draft; conversations use published versions',
  body: ScriptBody,
  columns: { name: 'name', externalId: 'external_id' },
  filters: { externalId: 'external_id', name: 'name' },
  scopes: { read: 'configuration:read', write: 'configuration:write' },
  isConfiguration: false,
  replaced: ['steps'],
  async beforeArchive({ tx, tenantId, id }) {
    const count = await countUses(tx, tenantId, id)
    if (count > 0) throw new AppError('script_in_use', { count })
  },
  present: (row) => ({ publishedVersion: row.published }),
  presented: {
    publishedVersion: Nullable(Type.Integer({ description: 'The version that new conversations get' })),
  },
}
