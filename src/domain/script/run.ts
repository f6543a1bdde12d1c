// Conversations: begin with the published version of a script, take answers, go back, end. Every step is stored as it is taken, so
// that a reload, another tab or a lost connection loses nothing.
import { afterCommit, transaction, type Db, type Tx } from '../../platform/database/tx.ts'
import { findRow } from '../catalogue/records/resource.sql.ts'
import { AppError, bodyFault } from '../../kernel/errors.ts'
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import { setAttribute } from '../contact/contact.sql.ts'
import { insertNote } from '../contact/timeline.sql.ts'
import type { Deps } from '../deps.ts'
import { after, answerFault, walk } from './conversation.ts'
import { documentOfRun, factsOf, type RunDocument } from './facts.ts'
import {
  deleteRun,
  forgetAnswer,
  hasEarlierRun,
  enterStep,
  findRun,
  insertRun,
  leaveStep,
  lockRun,
  returnToStep,
  stepsOfRun,
  updateRun,
  type Run,
  type RunStep,
} from './run.sql.ts'
import { labelOf, stepOf, textIn, type Answer, type Step } from './script.ts'
import { findVersion, publishedScripts, type ScriptDocument } from './script.sql.ts'
import { fillVariables, type Facts } from './script-variables.ts'

/** Most scripts that one move passes; the checks refuse circles, but versions published later may form one. */
const MOST_SCRIPTS = 20

export type Conversation = {
  run: Run
  steps: RunStep[]
  /** The current step, or the last one of an ended conversation; null when its script cannot be read. */
  step: Step | null
  script: ScriptDocument | null
  answers: Record<string, Answer>
  facts: Facts
}

/** What was answered, by step; the later answer counts when a step was passed twice. */
const answersOf = (steps: readonly RunStep[]): Record<string, Answer> =>
  Object.fromEntries(steps.flatMap(({ stepId, answer }) => (answer === null ? [] : [[stepId, answer]])))

type Published = { scriptId: string; number: number; document: ScriptDocument }

async function published(db: Db, tenantId: string, id: string): Promise<Published> {
  const [script] = await publishedScripts(db, tenantId, [id])
  if (!script) throw new AppError('script_not_published')
  return script
}

/** Writes what automatic steps do on the way: notes of the contact, and the outcome that the script proposes. */
async function passBy(
  deps: Deps,
  tx: Tx,
  run: Pick<Run, 'tenant_id' | 'contact_id' | 'actor'> & { document: RunDocument },
  { scriptId, passed, facts, position }: { scriptId: string; passed: readonly Step[]; facts: Facts; position: number },
): Promise<RunDocument> {
  const { language, notes = [], outcomes = {} } = run.document
  const [written, proposed] = [[...notes], { ...outcomes }]
  for (const step of passed) {
    if (step.kind !== 'do') continue
    if (step.act.kind === 'outcome') proposed[position] = step.act.outcome
    const key = `${scriptId} ${step.id}`
    if (step.act.kind !== 'note' || run.contact_id === null || written.includes(key)) continue
    written.push(key)
    const content = fillVariables(textIn(step.act.text, language), facts).slice(0, 4000)
    const note = { tenantId: run.tenant_id, id: deps.newId(), contactId: run.contact_id, author: run.actor, content }
    await insertNote(tx, { ...note, now: new Date(deps.now()) })
  }
  return { ...run.document, notes: written, outcomes: proposed }
}

type Moving = {
  run: Pick<Run, 'tenant_id' | 'id' | 'contact_id' | 'actor'> & { document: RunDocument }
  script: Published
  from: string
  facts: Facts
  /** Position of the step that will be shown. */
  position: number
}

/** Walks to the next shown step, over other scripts too, and stores it; returns the document of the run after that. */
async function moveOn(deps: Deps, tx: Tx, { run, script, from, facts, position }: Moving): Promise<RunDocument> {
  let [current, start, document] = [script, from, run.document]
  for (let n = 0; n < MOST_SCRIPTS; n += 1) {
    const stop = walk(current.document, start, { ...facts, outcome: Object.values(document.outcomes ?? {}).at(-1) })
    const { passed } = stop
    document = await passBy(deps, tx, { ...run, document }, { scriptId: current.scriptId, passed, facts, position })
    if (stop.kind === 'step') {
      const { scriptId, number: version } = current
      await enterStep(tx, run.tenant_id, {
        ...{ runId: run.id, position, scriptId, version, stepId: stop.step.id },
        now: new Date(deps.now()),
      })
      return document
    }
    current = await published(tx, run.tenant_id, stop.scriptId)
    start = current.document.start
  }
  throw new AppError('script_not_published')
}

type Beginning = {
  scriptId: string
  contactId: string | null
  callbackId: string | null
  appointmentId: string | null
  callId: string | null
  campaignId: string | null
  agentId: string | null
  agentName: string
  language: 'it' | 'en'
  actor: string
}

/** Begins a conversation with the latest version of a script. Throws `script_not_published`. */
export async function beginRun(deps: Deps, config: TenantConfig, begin: Beginning): Promise<Conversation> {
  const id = deps.newId()
  await transaction(deps.db, async (tx) => {
    const row = await findRow(tx, 'scripts', config.tenantId, begin.scriptId)
    if (row?.archived_at !== null) throw new AppError('script_not_published')
    const script = await published(tx, config.tenantId, begin.scriptId)
    const now = new Date(deps.now())
    const document: RunDocument = { language: begin.language, agentName: begin.agentName }
    const run = {
      tenant_id: config.tenantId,
      id,
      script_id: begin.scriptId,
      script_version: script.number,
      contact_id: begin.contactId,
      callback_id: begin.callbackId,
      appointment_id: begin.appointmentId,
      call_id: begin.callId,
      campaign_id: begin.campaignId,
      agent_id: begin.agentId,
      actor: begin.actor,
      position: 0,
      started_at: now,
      updated_at: now,
      ended_at: null,
    }
    await insertRun(tx, { ...run, document })
    const facts = await factsOf(tx, config, { ...run, document }, {})
    const moved = await moveOn(deps, tx, {
      run: { ...run, document },
      script,
      from: script.document.start,
      facts,
      position: 0,
    })
    await updateRun(tx, config.tenantId, id, { document: moved }, now)
  })
  return readRun(deps.db.kysely, config, id)
}

/** A conversation with its current step. Throws `not_found`. */
export async function readRun(db: Db, config: TenantConfig, id: string): Promise<Conversation> {
  const run = await findRun(db, config.tenantId, id)
  if (!run) throw new AppError('not_found', { what: 'conversation' })
  return conversationOf(db, config, run)
}

export async function conversationOf(db: Db, config: TenantConfig, run: Run): Promise<Conversation> {
  const steps = await stepsOfRun(db, config.tenantId, run.id)
  const answers = answersOf(steps)
  const last = steps.at(-1)
  const [script, facts] = await Promise.all([
    last ? findVersion(db, config.tenantId, last.scriptId, last.version) : undefined,
    factsOf(db, config, run, answers),
  ])
  const step = (script && last && stepOf(script, last.stepId)) ?? null
  return { run, steps, step, script: script ?? null, answers, facts }
}

/** The document of the run with only the outcomes that were proposed before `position`. */
const upTo = (run: Run, position: number): RunDocument => {
  const document = documentOfRun(run)
  const outcomes = Object.entries(document.outcomes ?? {}).filter(([at]) => Number(at) <= position)
  return { ...document, outcomes: Object.fromEntries(outcomes) }
}

const same = (a: Answer | null, b: Answer | null): boolean => JSON.stringify(a) === JSON.stringify(b)

type Given = { id: string; position: number; answer: Answer | null; actor: string }

/**
 * Takes the answer to the step at `position` and moves on; `null` = nothing to answer, or nothing said. The same answer again changes
 * nothing. Throws `conversation_moved_on` when another step is current, `conversation_over`, and the faults of the answer.
 */
export async function answerRun(deps: Deps, config: TenantConfig, given: Given): Promise<Conversation> {
  const { tenantId } = config
  await transaction(deps.db, async (tx) => {
    const run = await lockRun(tx, tenantId, given.id)
    if (!run) throw new AppError('not_found', { what: 'conversation' })
    const steps = await stepsOfRun(tx, tenantId, run.id)
    const at = steps.find((step) => step.position === given.position)
    if (at?.leftAt && same(at.answer, given.answer)) return
    if (run.position === null) throw new AppError('conversation_over')
    if (!at || at.position !== run.position) throw new AppError('conversation_moved_on')
    const document = await findVersion(tx, tenantId, at.scriptId, at.version)
    const step = document && stepOf(document, at.stepId)
    if (!step) throw new AppError('not_found', { what: 'script' })
    await leave(deps, tx, config, { run, steps, step, document, at, answer: given.answer })
  })
  return readRun(deps.db.kysely, config, given.id)
}

type Leaving = {
  run: Run
  steps: readonly RunStep[]
  step: Step
  document: ScriptDocument
  at: RunStep
  answer: Answer | null
}

/** Stores the answer, writes it to the contact's attribute, and enters the next step or ends the conversation. */
async function leave(deps: Deps, tx: Tx, config: TenantConfig, { run, steps, step, document, at, answer }: Leaving) {
  const { tenantId } = config
  const now = new Date(deps.now())
  const isAsked = step.kind === 'ask'
  const fault = isAsked ? answerFault(step, answer) : answer === null ? null : ({ code: 'answer_unknown' } as const)
  if (fault) {
    const label = isAsked ? labelOf(step, documentOfRun(run).language) : step.id
    const limits = fault.code === 'answer_out_of_range' ? { min: fault.min ?? '…', max: fault.max ?? '…' } : {}
    throw bodyFault('/answer', fault.code === 'answer_unknown' ? 'answer_invalid' : fault.code, { label, ...limits })
  }
  const position = at.position
  await leaveStep(tx, tenantId, { runId: run.id, position, answer, now })
  const mayWrite = config.settings.workspace.attributes.some(
    (one) => one.byScripts && one.name === (isAsked && step.writesTo),
  )
  if (isAsked && step.writesTo !== undefined && mayWrite && run.contact_id !== null && answer !== null) {
    const value = Array.isArray(answer) ? answer.join(', ') : (answer as string | number | boolean)
    await setAttribute(tx, tenantId, run.contact_id, { name: step.writesTo, value, now })
  }
  const next = after(step, answer)
  const answers = answersOf(steps.map((one) => (one.position === position ? { ...one, answer } : one)))
  if (next === null) {
    await updateRun(tx, tenantId, run.id, { position: null, ended_at: now }, now)
  } else {
    const facts = await factsOf(tx, config, run, answers)
    const script = { scriptId: at.scriptId, number: at.version, document }
    const moved = await moveOn(deps, tx, {
      run: { ...run, document: upTo(run, position) },
      script,
      from: next,
      facts,
      position: position + 1,
    })
    await updateRun(tx, tenantId, run.id, { position: position + 1, document: moved }, now)
  }
  afterCommit(tx, () => deps.pubsub.say('changed', tenantId))
}

/** Goes back to an earlier step, whose answer is kept until another is given; also from the end. Throws `not_found`. */
export async function returnInRun(
  deps: Deps,
  config: TenantConfig,
  { id, position }: { id: string; position: number },
): Promise<Conversation> {
  const { tenantId } = config
  await transaction(deps.db, async (tx) => {
    const run = await lockRun(tx, tenantId, id)
    const steps = run ? await stepsOfRun(tx, tenantId, id) : []
    if (!run || !steps.some((step) => step.position === position))
      throw new AppError('not_found', { what: 'conversation' })
    await returnToStep(tx, tenantId, id, position)
    const now = new Date(deps.now())
    await updateRun(tx, tenantId, id, { position, ended_at: null, document: upTo(run, position) }, now)
  })
  return readRun(deps.db.kysely, config, id)
}

/** Says who the conversation is with, once it is known. */
export async function nameRun(deps: Deps, tenantId: string, id: string, contactId: string): Promise<void> {
  await transaction(deps.db, async (tx) => {
    if (!(await lockRun(tx, tenantId, id))) throw new AppError('not_found', { what: 'conversation' })
    await updateRun(tx, tenantId, id, { contact_id: contactId }, new Date(deps.now()))
  })
}

/** Goes on in another language, at the same step and with the same answers. Throws \`not_found\`. */
export async function speakIn(deps: Deps, tenantId: string, id: string, language: 'it' | 'en'): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const run = await lockRun(tx, tenantId, id)
    if (!run) throw new AppError('not_found', { what: 'conversation' })
    await updateRun(tx, tenantId, id, { document: { ...documentOfRun(run), language } }, new Date(deps.now()))
  })
}

/** Ends a conversation where it stands, when the contact ends before the script does; one in which nothing was said never was. */
export async function endRun(deps: Deps, tenantId: string, id: string): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const run = await lockRun(tx, tenantId, id)
    if (run?.position == null) return
    const now = new Date(deps.now())
    const isUntouched = (await stepsOfRun(tx, tenantId, id)).every((step) => step.leftAt === null)
    // One that was begun anew hides the one before it.
    if (isUntouched && !(await hasEarlierRun(tx, run))) return deleteRun(tx, tenantId, id)
    await forgetAnswer(tx, tenantId, id, run.position)
    await updateRun(tx, tenantId, id, { position: null, ended_at: now }, now)
  })
}

/**
 * What was answered in a conversation about a callback: answers by step, choices as their labels, and the questions in words. Throws
 * `invalid_reference` when the conversation is about something else.
 */
export async function saidIn(db: Db, config: TenantConfig, id: string, callbackId: string): Promise<Words> {
  const run = await findRun(db, config.tenantId, id)
  if (run?.callback_id !== callbackId)
    throw bodyFault('/conversationId', 'invalid_reference', { what: 'conversation', id })
  return wordsOf(db, run)
}

type Words = { answers: Record<string, unknown>; asked: Record<string, string> }

/** What was answered in a conversation, in words: answers by step, choices as their labels, and the questions. */
export async function wordsIn(db: Db, tenantId: string, id: string): Promise<Words> {
  const run = await findRun(db, tenantId, id)
  return run ? wordsOf(db, run) : { answers: {}, asked: {} }
}

async function wordsOf(db: Db, run: Run): Promise<Words> {
  const { language } = documentOfRun(run)
  const words: Words = { answers: {}, asked: {} }
  for (const step of await stepsOfRun(db, run.tenant_id, run.id)) {
    // An answer that was taken back is kept only until another is given.
    if (step.answer === null || step.leftAt === null) continue
    const document = await findVersion(db, run.tenant_id, step.scriptId, step.version)
    const question = document && stepOf(document, step.stepId)
    if (question?.kind !== 'ask') continue
    const labels = new Map((question.options ?? []).map((option) => [option.id, textIn(option.label, language)]))
    const label = (value: unknown): unknown => labels.get(String(value)) ?? value
    words.answers[step.stepId] = Array.isArray(step.answer) ? step.answer.map(label) : label(step.answer)
    words.asked[step.stepId] = labelOf(question, language)
  }
  return words
}
