// Bulk loads by REST: upload a contact list as CSV or NDJSON, follow its progress, download refused rows to correct and resend.
import type { Api } from '../http/api.ts'
import { documentedUnder, idOf, withScope, sendText } from '../http/route.ts'
import { stringify } from 'csv-stringify/sync'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { memoizeByObject } from '../kernel/memoize.ts'
import { takePlaces } from '../kernel/limited-places.ts'
import { AppError } from '../kernel/errors.ts'
import type { Language } from '../kernel/language.ts'
import { faultWords, languageOf } from '../locales/words.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { DateTime, Id, IdParams, Nullable, oneOf } from '../platform/schema/schema.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { EXPECTED, OWN_COLUMNS, unknownColumns } from '../domain/callback/contact-list/contact-list.ts'
import {
  countWaitingLists,
  findContactList,
  insertContactList,
  listRefusals,
  type ContactList,
  type ContactListDocument,
} from '../domain/callback/contact-list/contact-list.sql.ts'
import { campaignOf } from '../domain/catalogue/campaign-of.ts'

const LIMIT = 20 * 1024 * 1024
const PAGE = 1000
/** Lists that a tenant may have waiting, and uploads at a time: each may hold 20 MB of memory. */
const MOST_WAITING = 20
const [MOST_OF_TENANT, MOST_OF_PROCESS] = [2, 6]

const uploadsOf = memoizeByObject((_deps: Deps) => new Map<string, number>())

/** Counts an upload of the tenant until its response is sent or its connection is closed. Throws `too_many_requests`. */
function countUpload(deps: Deps, request: FastifyRequest, reply: FastifyReply): void {
  const release = takePlaces(uploadsOf(deps), [
    [tenantOf(request), MOST_OF_TENANT],
    ['all', MOST_OF_PROCESS],
  ])
  if (!release) {
    reply.header('retry-after', '5')
    throw new AppError('too_many_requests', { minutes: 1 })
  }
  reply.raw.once('finish', release)
  reply.raw.once('close', release)
}

const LoadShown = Type.Object(
  {
    id: Id,
    campaignId: Id,
    status: oneOf(['waiting', 'done', 'failed']),
    percent: Type.Integer(),
    rowsRead: Type.Integer(),
    accepted: Type.Integer(),
    duplicates: Type.Integer({
      description: 'Numbers that wait in the campaign already, and external ids that are known',
    }),
    refused: Type.Integer(),
    failure: Nullable(Type.String()),
    createdAt: DateTime,
    finishedAt: Nullable(DateTime),
  },
  { title: 'ContactLoad', additionalProperties: false },
)

const shown = (load: Omit<ContactList, 'content'>): Record<string, unknown> => ({
  id: load.id,
  campaignId: load.campaign_id,
  status: load.status,
  percent: load.status === 'done' ? 100 : Math.floor((Number(load.position) * 100) / Math.max(1, Number(load.size))),
  rowsRead: load.rows_read,
  accepted: load.accepted,
  duplicates: load.duplicates,
  refused: load.refused,
  failure: (load.document as unknown as ContactListDocument).failure ?? null,
  createdAt: load.created_at.toISOString(),
  finishedAt: load.finished_at?.toISOString() ?? null,
})

/** Columns and delimiter of a CSV text; the delimiter is a semicolon if the header has more of them than commas. */
function headOf(content: string): { columns: string[]; delimiter: string } {
  const line = content.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? ''
  const delimiter = line.split(';').length > line.split(',').length ? ';' : ','
  return { columns: line.split(delimiter).map((name) => name.trim().replace(/^"|"$/g, '')), delimiter }
}

const inBody = (code: string, column: string): AppError =>
  new AppError(
    'invalid_request',
    { count: 1 },
    { fields: [{ in: 'body', pointer: `/${column}`, code, params: { limit: OWN_COLUMNS.join(', ') } }] },
  )

/** How to read the text. Refuses one whose header shows that no row can be read. */
function documentFor(request: FastifyRequest, content: string): ContactListDocument {
  const isCsv = (request.headers['content-type'] ?? '').startsWith('text/csv')
  if (!isCsv) return { format: 'ndjson', delimiter: ',', actor: actorOf(request) }
  const { columns, delimiter } = headOf(content)
  const [unknown] = unknownColumns(columns)
  if (unknown !== undefined) throw inBody('unknown_field', unknown)
  if (!columns.includes('number') && !columns.includes('channel')) throw inBody('missing', 'number')
  return { format: 'csv', delimiter, actor: actorOf(request) }
}

function refusalRow(language: Language, line: number, said: string, content: string): string[] {
  const [code = 'invalid', column = ''] = said.split(' ')
  const sentence = faultWords(language, code, { limit: EXPECTED[column] ?? 'text, number, true or false' })
  return [String(line), code, column, sentence, content]
}

const docs = documentedUnder('campaigns')

const loadOf = async (deps: Deps, request: FastifyRequest) => {
  const load = await findContactList(deps.db.kysely, tenantOf(request), idOf(request))
  if (!load) throw new AppError('not_found', { what: 'load' })
  return load
}

function loadContactsRoute(app: Api, deps: Deps): void {
  app.post('/v1/campaigns/:id/loads', {
    config: withScope('callbacks:write'),
    bodyLimit: LIMIT,
    // Before the body is read.
    onRequest: async (request, reply) => countUpload(deps, request, reply),
    schema: {
      ...docs(
        'loadContacts',
        'Load a list of contacts, as CSV or NDJSON of 20 MB at most; it is read in the background',
      ),
      consumes: ['text/csv', 'application/x-ndjson'],
      params: IdParams,
      body: Type.String({
        minLength: 1,
        description: `Columns: ${OWN_COLUMNS.join(', ')}; any other is data that is handed through`,
      }),
      response: { 202: LoadShown, ...problems },
    },
    handler: async (request, reply) => {
      const campaign = campaignOf(await configOf(deps, tenantOf(request)), idOf(request))
      const content = request.body
      const tenantId = tenantOf(request)
      if ((await countWaitingLists(deps.db.kysely, tenantId)) >= MOST_WAITING)
        throw new AppError('limit_reached', { max: MOST_WAITING })
      const load = await insertContactList(deps.db.kysely, {
        tenantId,
        id: deps.newId(),
        campaignId: campaign.id,
        content,
        document: documentFor(request, content),
        now: new Date(deps.now()),
      })
      deps.pubsub.say('load', tenantId)
      return reply.code(202).header('location', `/v1/loads/${load.id}`).send(shown(load))
    },
  })
}

function getContactLoadRoute(app: Api, deps: Deps): void {
  app.get('/v1/loads/:id', {
    config: withScope('callbacks:read'),
    schema: {
      ...docs('getContactLoad', 'How far a list was read'),
      params: IdParams,
      response: { 200: LoadShown, ...problems },
    },
    handler: async (request) => shown(await loadOf(deps, request)),
  })
}

function downloadRefusalsRoute(app: Api, deps: Deps): void {
  app.get('/v1/loads/:id/refusals', {
    config: withScope('callbacks:read'),
    schema: {
      ...docs('downloadRefusals', 'The refused rows as CSV: line, code, a sentence, and the row as it was'),
      params: IdParams,
      produces: ['text/csv'],
      response: { '4xx': problems['4xx'] },
    },
    handler: async (request, reply) => {
      const load = await loadOf(deps, request)
      const language = languageOf(request.headers['accept-language'])
      const rows: string[][] = [['line', 'code', 'column', 'sentence', 'row']]
      for (let after = 0; ;) {
        const page = await listRefusals(deps.db.kysely, load.tenant_id, load.id, after, PAGE)
        for (const { line, code, content } of page) rows.push(refusalRow(language, line, code, content))
        if (page.length < PAGE) break
        after = page.at(-1)!.line
      }
      reply.header('content-disposition', 'attachment; filename="refusals.csv"')
      return sendText(reply, 'text/csv; charset=utf-8', stringify(rows, { escape_formulas: true }))
    },
  })
}

export function contactListRoutes(app: Api, deps: Deps): void {
  app.addContentTypeParser(
    ['text/csv', 'application/x-ndjson', 'application/ndjson', 'application/jsonl'],
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  )
  loadContactsRoute(app, deps)
  getContactLoadRoute(app, deps)
  downloadRefusalsRoute(app, deps)
}
