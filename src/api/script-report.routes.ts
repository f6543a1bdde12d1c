// Figures of scripts: counts by answer, where conversations stop, time a step; and single answers as CSV.
import type { Api } from '../http/api.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import { findRow } from '../domain/catalogue/records/resource.sql.ts'
import type { Deps } from '../domain/deps.ts'
import { answerFigures, answerRows, stepFigures, type AnswerFigures, type AnswerRow } from '../domain/script/run.sql.ts'
import { findVersion } from '../domain/script/script.sql.ts'
import { tenantOf } from '../http/access.ts'
import { toCsv } from '../http/csv.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, idOf, sendText, withScope } from '../http/route.ts'
import { AppError } from '../kernel/errors.ts'
import { DAY } from '../kernel/time/interval.ts'
import { parseDate, startOfDay } from '../kernel/time/zone.ts'
import { IdParams, LocalDate } from '../platform/schema/schema.ts'

/** Longest period, in days. */
const MOST_DAYS = 400
/** Rows read at once, and most rows of a file. */
const [PAGE, MOST_ROWS] = [2_000, 200_000]

const docs = documentedUnder('scripts')
const reading = withScope('reports:read')
const Period = Type.Object({ from: LocalDate, to: LocalDate }, { additionalProperties: false })

/** The instants of the days from–to. Throws `not_found` without the script, `range_too_long`. */
async function periodOf(deps: Deps, request: FastifyRequest, q: { from: string; to: string }) {
  const tenantId = tenantOf(request)
  if (!(await findRow(deps.db.kysely, 'scripts', tenantId, idOf(request))))
    throw new AppError('not_found', { what: 'script' })
  const { timeZone } = await configOf(deps, tenantId)
  const [first, last] = [parseDate(q.from), parseDate(q.to)]
  if (last < first || last - first > MOST_DAYS)
    throw new AppError('range_too_long', {}, { fields: [{ in: 'query', pointer: 'to', code: 'range_too_long' }] })
  return { tenantId, from: new Date(startOfDay(timeZone, first)), to: new Date(startOfDay(timeZone, last) + DAY) }
}

async function* everyAnswer(deps: Deps, tenantId: string, scriptId: string, range: { from: Date; to: Date }) {
  let after = { at: range.from, key: '' }
  for (let read = 0; read < MOST_ROWS; read += PAGE) {
    const page = { scriptId, ...range, after, limit: PAGE }
    const rows = await deps.db.reading((db) => answerRows(db, tenantId, page))
    yield rows
    const last = rows.at(-1)
    if (rows.length < PAGE || !last) return
    after = { at: last.at, key: last.runId }
  }
}

/** Counts by choice; what was written freely may be personal, and is only counted. */
async function choicesOf(deps: Deps, tenantId: string, scriptId: string, figures: readonly AnswerFigures[]) {
  const choices = new Map<string, { version: number; stepId: string; choice: string; n: number }>()
  const kinds = new Map<string, string>()
  for (const version of new Set(figures.map((one) => one.version)))
    for (const step of (await findVersion(deps.db.kysely, tenantId, scriptId, version))?.steps ?? [])
      if (step.kind === 'ask') kinds.set(`${version} ${step.id}`, step.answer)
  for (const { version, stepId, answer, n } of figures) {
    const isFree = !['yes_no', 'one', 'several', 'scale'].includes(kinds.get(`${version} ${stepId}`) ?? '')
    const choice = isFree ? '*' : answer
    const key = `${version} ${stepId} ${choice}`
    choices.set(key, { version, stepId, choice, n: n + (choices.get(key)?.n ?? 0) })
  }
  return [...choices.values()]
}

const COLUMNS = [
  'at',
  'version',
  'step',
  'answer',
  'contactId',
  'callbackId',
  'agentId',
  'campaignId',
  'conversationId',
]

const rowOf = (row: AnswerRow): Record<string, unknown> => ({
  ...row,
  at: row.at.toISOString(),
  step: row.stepId,
  answer: Array.isArray(row.answer) ? row.answer.join('; ') : row.answer,
  conversationId: row.runId,
})

export const ScriptFigures = Type.Object(
  {
    steps: Type.Array(
      Type.Object({
        version: Type.Integer(),
        stepId: Type.String(),
        shown: Type.Integer(),
        left: Type.Integer(),
        stopped: Type.Integer({ description: 'Conversations that stand there, or were ended there' }),
        seconds: Type.Number({ description: 'Mean time on it' }),
      }),
    ),
    choices: Type.Array(
      Type.Object({
        version: Type.Integer(),
        stepId: Type.String(),
        choice: Type.String({ description: '* = anything said to a question without choices' }),
        n: Type.Integer(),
      }),
    ),
  },
  { title: 'ScriptFigures', additionalProperties: false },
)

export function scriptReportRoutes(app: Api, deps: Deps): void {
  app.get('/v1/scripts/:id/figures', {
    config: reading,
    schema: {
      ...docs('readScriptFigures', 'How often each step was shown and each answer given, where conversations stopped'),
      params: IdParams,
      querystring: Period,
      response: {
        200: ScriptFigures,
        ...problems,
      },
    },
    handler: async (request) => {
      const { tenantId, ...range } = await periodOf(deps, request, request.query)
      const [steps, answers] = await Promise.all([
        deps.db.reading((db) => stepFigures(db, tenantId, idOf(request), range)),
        deps.db.reading((db) => answerFigures(db, tenantId, idOf(request), range)),
      ])
      return { steps, choices: await choicesOf(deps, tenantId, idOf(request), answers) }
    },
  })

  app.get('/v1/scripts/:id/answers', {
    config: reading,
    schema: {
      ...docs('exportScriptAnswers', 'Single answers as CSV, oldest first'),
      params: IdParams,
      querystring: Period,
      produces: ['text/csv'],
      response: { '4xx': problems['4xx'] },
    },
    handler: async (request, reply) => {
      const { tenantId, ...range } = await periodOf(deps, request, request.query)
      const rows: Record<string, unknown>[] = []
      for await (const page of everyAnswer(deps, tenantId, idOf(request), range)) rows.push(...page.map(rowOf))
      return sendText(reply, 'text/csv; charset=utf-8', toCsv(COLUMNS, rows))
    },
  })
}
