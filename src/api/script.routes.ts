// Scripts by REST: drafts as records, checks, publication, versions.
import type { Api } from '../http/api.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { actorNames } from '../application/identity/user.sql.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { presentRow } from '../domain/catalogue/records/records.ts'
import { findRow } from '../domain/catalogue/records/resource.sql.ts'
import type { Deps } from '../domain/deps.ts'
import { FindingShown } from '../domain/script/conversation-json.ts'
import { findingsOf, publishScript, restoreDraft } from '../domain/script/publish.ts'
import { scripts } from '../domain/script/script.resource.ts'
import { ScriptBody } from '../domain/script/script.schema.ts'
import { findVersion, listVersions, type ScriptDocument } from '../domain/script/script.sql.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { pathPart } from '../http/fields.ts'
import { IfMatchHeader, problems, wantedVersion } from '../http/headers.ts'
import { registerResource } from '../http/resource.routes.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { AppError } from '../kernel/errors.ts'
import { DateTime, Id, IdParams } from '../platform/schema/schema.ts'

const docs = documentedUnder('scripts')
const reading = withScope('configuration:read', 'none')
const writing = withScope('configuration:write')
const Findings = Type.Object({ findings: Type.Array(FindingShown) }, { additionalProperties: false })
const Published = Type.Object(
  { version: Type.Integer(), findings: Type.Array(FindingShown, { description: 'Warnings only' }) },
  { title: 'ScriptPublication', additionalProperties: false },
)
const VersionParams = Type.Object(
  { id: Id, number: Type.String({ pattern: '^[0-9]{1,9}$' }) },
  { additionalProperties: false },
)
const VersionShown = Type.Object(
  { number: Type.Integer(), steps: ScriptBody.properties.steps, start: ScriptBody.properties.start },
  { title: 'ScriptVersion', additionalProperties: true },
)

async function draftOf(deps: Deps, tenantId: string, id: string): Promise<ScriptDocument> {
  const row = await findRow(deps.db.kysely, 'scripts', tenantId, id)
  if (!row) throw new AppError('not_found', { what: 'script' })
  return row.document as unknown as ScriptDocument
}

async function versionOf(deps: Deps, request: FastifyRequest): Promise<ScriptDocument & { number: number }> {
  const number = Number(pathPart(request, 'number'))
  // Larger numbers do not fit the column.
  const document = number < 2 ** 31 && (await findVersion(deps.db.kysely, tenantOf(request), idOf(request), number))
  if (!document) throw new AppError('not_found', { what: 'version' })
  return { ...document, number }
}

function checkRoute(app: Api, deps: Deps): void {
  app.get('/v1/scripts/:id/findings', {
    config: reading,
    schema: {
      ...docs('checkScript', 'What prevents the draft from being published, and what is worth a look'),
      params: IdParams,
      response: { 200: Findings, ...problems },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const draft = await draftOf(deps, tenantId, idOf(request))
      return { findings: await findingsOf(deps.db.kysely, await configOf(deps, tenantId), idOf(request), draft) }
    },
  })
}

function publishRoute(app: Api, deps: Deps): void {
  app.post('/v1/scripts/:id/publication', {
    config: writing,
    schema: {
      ...docs('publishScript', 'Publish the draft: the next conversation gets it, those under way keep theirs'),
      params: IdParams,
      headers: IfMatchHeader,
      response: { 201: Published, ...problems },
    },
    handler: async (request, reply) => {
      const config = await configOf(deps, tenantOf(request))
      const { row, findings } = await publishScript(deps, config, {
        id: idOf(request),
        wanted: wantedVersion(request),
        actor: actorOf(request),
      })
      return reply.code(201).send({ version: row.published as number, findings })
    },
  })
}

function versionRoutes(app: Api, deps: Deps): void {
  app.get('/v1/scripts/:id/versions', {
    config: reading,
    schema: {
      ...docs('listScriptVersions', 'Published versions, newest first'),
      params: IdParams,
      response: {
        200: Type.Object({
          items: Type.Array(
            Type.Object({
              number: Type.Integer(),
              createdAt: DateTime,
              actor: Type.String(),
              actorName: Type.Optional(Type.String()),
            }),
          ),
        }),
        ...problems,
      },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      await draftOf(deps, tenantId, idOf(request))
      const versions = await listVersions(deps.db.kysely, tenantId, idOf(request))
      const names = await actorNames(
        deps.db.kysely,
        tenantId,
        versions.map((one) => ({ actor: one.author })),
      )
      return {
        items: versions.map((one) => ({
          number: one.number,
          createdAt: one.created_at.toISOString(),
          actor: one.author,
          ...names(one.author),
        })),
      }
    },
  })

  app.get('/v1/scripts/:id/versions/:number', {
    config: reading,
    schema: {
      ...docs('getScriptVersion', 'One published version'),
      params: VersionParams,
      response: { 200: VersionShown, ...problems },
    },
    handler: (request) => versionOf(deps, request),
  })

  app.post('/v1/scripts/:id/versions/:number/restoration', {
    config: writing,
    schema: {
      ...docs('restoreScriptVersion', 'Make a published version the draft again'),
      params: VersionParams,
      response: { 200: Type.Object({}, { additionalProperties: true }), ...problems },
    },
    handler: async (request) => {
      const { steps, start } = await versionOf(deps, request)
      return presentRow(scripts, await restoreDraft(deps, tenantOf(request), idOf(request), { steps, start }))
    },
  })
}

/** Schema of the file of a script (JSON Schema 2020-12), for editors and generators; nothing of any tenant stands in it. */
function fileSchemaRoute(app: Api): void {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: '/schemas/script.json',
    title: 'Agenda script',
    ...ScriptBody,
    properties: { $schema: { type: 'string' }, ...ScriptBody.properties },
  }
  app.get('/schemas/script.json', { config: { access: { kind: 'anyone' } }, schema: { hide: true } }, () =>
    Promise.resolve(schema),
  )
}

export function scriptRoutes(app: Api, deps: Deps): void {
  fileSchemaRoute(app)
  registerResource(app, deps, scripts)
  checkRoute(app, deps)
  publishRoute(app, deps)
  versionRoutes(app, deps)
}
