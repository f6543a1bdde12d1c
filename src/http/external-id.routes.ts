// `PUT /v1/by-external-id/{collection}/{externalId}`: for callers that synchronise records of another system.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bodyOf } from './fields.ts'
import Type, { type TObject } from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from './access.ts'
import { findKnown, putByExternalId } from '../domain/catalogue/records/external-id.ts'
import type { Resource } from '../domain/catalogue/records/resource.ts'
import { etagOf, IfMatchHeader, problems, wantedVersion } from './headers.ts'
import { presentRow } from '../domain/catalogue/records/records.ts'
import { withScope, wordsOf } from './route.ts'
import { ExternalId } from '../platform/schema/schema.ts'

type PutRequest = FastifyRequest<{ Params: { externalId: string } }>

export function registerByExternalId(
  app: FastifyInstance,
  deps: Deps,
  { resource, title, shown }: { resource: Resource; title: string; shown: TObject },
): void {
  const url = `/v1/${resource.path}`
  const config = withScope(resource.scopes.write, resource.reach)
  const schema = {
    tags: [resource.path],
    operationId: `put${title}`,
    summary: `Create or change ${wordsOf(resource).one} by your own id`,
    description:
      '201 when it is new, 200 when it was known. Fields that are not sent stay as they are; a record ' +
      'that is so already keeps its version.',
    params: Type.Object({ externalId: ExternalId }),
    headers: IfMatchHeader,
    body: resource.body,
    response: { 200: shown, 201: shown, ...problems },
  }
  const handler = async (request: PutRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const wanted = wantedVersion(request)
    const { externalId } = request.params
    const asked = { tenantId: tenantOf(request), externalId, body: bodyOf(request), wanted }
    const { row, isNew } = await putByExternalId(deps, resource, asked)
    reply.code(isNew ? 201 : 200).header('etag', etagOf(row.version))
    if (isNew) reply.header('location', `${url}/${row.id}`)
    return reply.send(presentRow(resource, row))
  }
  const path = `/v1/by-external-id/${resource.path}/:externalId`
  app.put(path, { config, schema, handler })
  app.get(path, {
    config: withScope(resource.scopes.read, 'none'),
    schema: {
      ...{ tags: [resource.path], operationId: `find${title}` },
      summary: `Read ${wordsOf(resource).one} by your own id`,
      params: Type.Object({ externalId: ExternalId }),
      response: { 200: shown, ...problems },
    },
    handler: async (request: PutRequest, reply) => {
      const row = await findKnown(resource, deps.db.kysely, tenantOf(request), request.params.externalId)
      if (!row) throw new AppError('not_found', { what: resource.name })
      return reply.header('etag', etagOf(row.version)).send(presentRow(resource, row))
    },
  })
  // The address of before, which could be taken for others: it answers until its sunset, and is not described any more.
  const deprecated = {
    since: '2026-11-30',
    sunset: '2027-06-30',
    use: `/v1/by-external-id/${resource.path}/{externalId}`,
  }
  const { operationId: _id, ...before } = schema
  app.put(`${url}/by-external-id/:externalId`, {
    config: { ...config, deprecated },
    schema: { ...before, hide: true },
    handler,
  })
}
