// Many changes of the configuration in one call: for set-up, synchronisation, and hours of many people.
import type { Api } from '../http/api.ts'
import Type, { type Static } from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { changeTogether, type Change } from '../domain/catalogue/records/batch.ts'
import { presentRow } from '../domain/catalogue/records/records.ts'
import type { Body, Resource } from '../domain/catalogue/records/resource.ts'
import { agents, pools } from '../domain/catalogue/resources/agent.resource.ts'
import { holidayCalendars, locations } from '../domain/catalogue/resources/location.resource.ts'
import { absences, closures, openings, schedules } from '../domain/catalogue/resources/schedule.resource.ts'
import { services } from '../domain/catalogue/resources/service.resource.ts'
import { campaigns } from '../domain/callback/dialing/campaign.resource.ts'
import { hasScope, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import { AppError, missing } from '../kernel/errors.ts'
import { ExternalId, Id, oneOf } from '../platform/schema/schema.ts'

/** The transaction holds its locks until the last change, so more changes would keep other writers of the tenant waiting. */
const MOST = 500
const LARGEST = 1024 * 1024

const RESOURCES: readonly Resource[] = [
  ...[locations, holidayCalendars, services, agents, pools, schedules],
  ...[openings, absences, closures, campaigns],
]
const COLLECTIONS = new Map(RESOURCES.map((resource) => [resource.path, resource]))

const Reference = Type.String({ maxLength: 60, description: 'An id, or #name of an earlier change' })
const ChangeBody = Type.Object(
  {
    collection: oneOf([...COLLECTIONS.keys()]),
    act: oneOf(['create', 'put', 'update', 'archive'], {
      description: 'As POST, PUT by external id, PATCH and DELETE of the collection',
    }),
    name: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z][A-Za-z0-9_-]{0,39}$',
        description: 'Later changes write #name where they need the id of this record',
      }),
    ),
    id: Type.Optional(Reference),
    externalId: Type.Optional(ExternalId),
    version: Type.Optional(Type.Integer({ minimum: 1, description: 'Only if this is the current version' })),
    body: Type.Optional(Type.Record(Type.String({ maxLength: 60 }), Type.Unknown(), { maxProperties: 60 })),
  },
  { additionalProperties: false, title: 'ConfigurationChange' },
)

/** The error for a field that is wrong by its code alone. */
const fault = (pointer: string, code: 'unknown_field' | 'repeated'): AppError =>
  new AppError('invalid_request', { count: 1 }, { fields: [{ in: 'body', pointer, code }] })

/** What each act takes beside `collection` and `name`. */
const TAKES = {
  create: { needs: ['body'], may: [] },
  put: { needs: ['externalId', 'body'], may: [] },
  update: { needs: ['id', 'body'], may: ['version'] },
  archive: { needs: ['id'], may: ['version'] },
} as const
type Input = Static<typeof ChangeBody>

/** Throws `invalid_request` for a field that the act needs and does not have, or that it would ignore. */
function checkFields(input: Input, index: number): void {
  const { needs, may } = TAKES[input.act]
  for (const field of needs) if (input[field] === undefined) throw missing(`/changes/${index}/${field}`)
  for (const field of ['id', 'externalId', 'version', 'body'] as const)
    if (input[field] !== undefined && ![...needs, ...may].some((one) => one === field))
      throw fault(`/changes/${index}/${field}`, 'unknown_field')
}

/** The change as the transaction takes it. Throws `invalid_request`. */
function changeOf(input: Input, index: number): Change {
  checkFields(input, index)
  const { act, name, id = '', externalId = '', version = null } = input
  const resource = COLLECTIONS.get(input.collection)!
  const body = input.body as Body
  if (act === 'archive') return { resource, name, act, id, version }
  if (act === 'update') return { resource, name, act, id, version, body }
  if (act === 'create') return { resource, name, act, body }
  if (!('externalId' in resource.columns)) throw fault(`/changes/${index}/externalId`, 'unknown_field')
  return { resource, name, act, externalId, body }
}

/** Two changes with one name: later ones could mean either. */
function checkNames(changes: readonly Change[]): void {
  const seen = new Set<string>()
  for (const [index, { name }] of changes.entries()) {
    if (name !== undefined && seen.has(name)) throw fault(`/changes/${index}/name`, 'repeated')
    if (name !== undefined) seen.add(name)
  }
}

export function configurationRoutes(app: Api, deps: Deps): void {
  app.post('/v1/configuration', {
    bodyLimit: LARGEST,
    config: withScope('configuration:write'),
    schema: {
      ...documentedUnder('tenants')(
        'changeConfiguration',
        'Up to 500 changes of locations, services, agents, hours and campaigns, all of them or none',
      ),
      body: Type.Object(
        { changes: Type.Array(ChangeBody, { minItems: 1, maxItems: MOST }) },
        { additionalProperties: false },
      ),
      response: {
        200: Type.Object(
          {
            items: Type.Array(
              Type.Object(
                {
                  collection: Type.String(),
                  id: Id,
                  version: Type.Integer(),
                  isNew: Type.Boolean(),
                },
                { title: 'ConfigurationChanged', additionalProperties: false },
              ),
            ),
          },
          { title: 'ConfigurationResult', additionalProperties: false },
        ),
        ...problems,
      },
    },
    handler: async (request) => {
      const changes = request.body.changes.map(changeOf)
      checkNames(changes)
      const locked = changes.find(({ resource }) => !hasScope(request, resource.scopes.write))
      if (locked) throw new AppError('forbidden', { scope: locked.resource.scopes.write })
      const done = await changeTogether(deps, tenantOf(request), changes)
      return {
        items: done.map(({ resource, row, isNew }) => {
          const { id, version } = presentRow(resource, row) as { id: string; version: number }
          return { collection: resource.path, id, version, isNew }
        }),
      }
    },
  })
}
