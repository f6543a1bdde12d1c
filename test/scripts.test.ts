// Scripts over HTTP: draft, checks, publication, versions; conversations that keep their version and store exactly what was said.
import { afterAll, beforeAll, expect, test } from 'vitest'
import fc from 'fast-check'
import { makeOffice, PERSON, startService, type TestService } from './helpers/service.ts'

let service: TestService
let contactId: string
beforeAll(async () => {
  service = await startService()
  await makeOffice(service.tenant)
  contactId = (await service.tenant.make('contacts', PERSON)).id
  await service.tenant.call(
    'PATCH',
    `/v1/tenants/${service.tenant.id}`,
    {
      workspace: { attributes: [{ name: 'quartiere', label: { it: 'Quartiere' }, byScripts: true }] },
    },
    { headers: { 'if-match': '*' } },
  )
})
afterAll(() => service.close())

const both = (text: string) => ({ it: text, en: text })
const STEPS = [
  { id: 'hello', kind: 'say', text: both('Buongiorno {{contact.firstName}}'), next: 'known' },
  {
    id: 'known',
    kind: 'ask',
    text: both('Ha già lo SPID?'),
    answer: 'yes_no',
    isRequired: true,
    goTo: { no: 'where' },
    next: 'done',
  },
  {
    id: 'where',
    kind: 'ask',
    text: both('In che quartiere abita?'),
    answer: 'text',
    writesTo: 'quartiere',
    next: 'fork',
  },
  {
    ...{ id: 'fork', kind: 'branch', next: 'done' },
    cases: [{ when: [{ attribute: 'answers.where', is: 'equal', value: 'Centro' }], next: 'remark' }],
  },
  { id: 'remark', kind: 'do', act: { kind: 'note', text: both('Abita in {{answers.where}}') }, next: 'won' },
  { id: 'won', kind: 'do', act: { kind: 'outcome', outcome: 'answered' }, next: 'done' },
  { id: 'done', kind: 'end', text: both('Arrivederci') },
]
const make = (steps: unknown = STEPS, start = 'hello') =>
  service.tenant.make('scripts', { name: 'Prova', start, steps })
const publish = async (id: string) => (await service.tenant.call('POST', `/v1/scripts/${id}/publication`)).status

test('a draft with faults is stored and not published; the findings name step and cause', async () => {
  const { call } = service.tenant
  const { id, publishedVersion } = await make([
    { id: 'hello', kind: 'say', text: both('Ciao {{contact.nome}}'), next: 'gone' },
  ])
  expect(publishedVersion).toBeNull()
  const refused = await call('POST', `/v1/scripts/${id}/publication`)
  expect(refused.status).toBe(422)
  expect(refused.body.code).toBe('script_faults')
  expect(refused.body.findings.map((one: { code: string }) => one.code)).toEqual([
    'unknown_variable',
    'unknown_step',
    'no_way_out',
  ])
  expect((await call('GET', `/v1/scripts/${id}/findings`)).body.findings).toEqual(refused.body.findings)
  expect((await call('POST', '/v1/conversations', { contactId, scriptId: id })).body.code).toBe('script_not_published')
})

test('a conversation walks the branches, writes attribute and note, proposes the outcome, and goes on after a reload', async () => {
  const { call } = service.tenant
  const { id } = await make()
  expect(await publish(id)).toBe(201)
  const begun = (await call('POST', '/v1/conversations', { contactId, scriptId: id })).body
  expect(begun).toMatchObject({ position: 0, step: { id: 'hello' }, facts: { 'contact.firstName': PERSON.firstName } })
  const answer = (position: number, given?: unknown) =>
    call('POST', `/v1/conversations/${begun.id}/answers`, {
      position,
      ...(given === undefined ? {} : { answer: given }),
    })
  expect((await answer(0)).body.step.id).toBe('known')
  const missing = await answer(1)
  expect([missing.status, missing.body.code]).toEqual([422, 'answer_required'])
  expect((await answer(1, false)).body.step.id).toBe('where')
  // The same press again, from another tab, changes nothing; another answer there is refused.
  expect((await answer(1, false)).body.position).toBe(2)
  expect((await answer(1, true)).body.code).toBe('conversation_moved_on')
  const last = (await answer(2, 'Centro')).body
  expect(last).toMatchObject({
    step: { id: 'done' },
    proposedOutcome: 'answered',
    answers: { known: false, where: 'Centro' },
  })
  const ended = (await answer(3)).body
  expect(ended.position).toBeNull()
  expect((await call('GET', `/v1/contacts/${contactId}`)).body.attributes).toMatchObject({ quartiere: 'Centro' })
  const notes = async () =>
    (await call('GET', `/v1/contacts/${contactId}/timeline`)).body.items.filter((one: any) => one.kind === 'note')
  expect((await notes()).map((one: any) => one.data.content)).toEqual(['Abita in Centro'])
  // Going back takes the later steps back; the note is not written twice.
  const back = (await call('POST', `/v1/conversations/${begun.id}/return`, { position: 2 })).body
  expect(back).toMatchObject({ position: 2, step: { id: 'where' }, proposedOutcome: null })
  expect((await answer(2, 'Centro')).body.proposedOutcome).toBe('answered')
  expect((await notes()).length).toBe(1)
})

test('a new version reaches the next conversation at once; the one under way keeps its own', async () => {
  const { call } = service.tenant
  const { id, version } = await make()
  await publish(id)
  const old = (await call('POST', '/v1/conversations', { contactId, scriptId: id })).body
  const steps = STEPS.map((step) => (step.id === 'known' ? { ...step, text: both('Nuova domanda?') } : step))
  const changed = await call('PATCH', `/v1/scripts/${id}`, { steps }, { headers: { 'if-match': `"${version}"` } })
  expect(changed.status).toBe(200)
  expect(await publish(id)).toBe(201)
  const asked = async (conversation: string) =>
    (await call('POST', `/v1/conversations/${conversation}/answers`, { position: 0 })).body.step.text.it
  expect(await asked(old.id)).toBe('Ha già lo SPID?')
  const fresh = (await call('POST', '/v1/conversations', { contactId, scriptId: id })).body
  expect(await asked(fresh.id)).toBe('Nuova domanda?')
  expect((await call('GET', `/v1/scripts/${id}/versions`)).body.items.map((one: any) => one.number)).toEqual([2, 1])
  await call('POST', `/v1/scripts/${id}/versions/1/restoration`)
  expect((await call('GET', `/v1/scripts/${id}`)).body.steps).toEqual(STEPS)
})

test('random walks store exactly the answers given, whatever is taken back on the way', async () => {
  const { call } = service.tenant
  const options = ['x', 'y', 'z'].map((one) => ({ id: one, label: both(one) }))
  const { id } = await make(
    [
      { id: 'a', kind: 'ask', text: both('a'), answer: 'one', options, goTo: { x: 'c' }, next: 'b' },
      { id: 'b', kind: 'ask', text: both('b'), answer: 'several', options, next: 'c' },
      { id: 'c', kind: 'ask', text: both('c'), answer: 'yes_no', goTo: { yes: 'a' }, next: 'e' },
      { id: 'e', kind: 'end' },
    ],
    'a',
  )
  await publish(id)
  const walkOf = fc.array(fc.record({ pick: fc.nat(2), back: fc.nat(9) }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(walkOf, async (moves) => {
      let now = (await call('POST', '/v1/conversations', { contactId, scriptId: id })).body
      let expected: { stepId: string; answer: unknown }[] = []
      for (const { pick, back } of moves) {
        if (now.position === null) break
        if (back === 0 && now.position > 0) {
          now = (await call('POST', `/v1/conversations/${now.id}/return`, { position: now.position - 1 })).body
          expected = expected.slice(0, now.position)
        }
        const { id: stepId, kind } = now.step
        const answer =
          kind === 'end'
            ? undefined
            : stepId === 'a'
              ? 'xyz'[pick]
              : stepId === 'b'
                ? ['x', 'y'].slice(0, pick)
                : pick === 0
        expected.push({ stepId, answer })
        now = (
          await call('POST', `/v1/conversations/${now.id}/answers`, {
            position: now.position,
            ...(answer === undefined ? {} : { answer }),
          })
        ).body
      }
      const stored = (await call('GET', `/v1/conversations/${now.id}`)).body.steps
      expect(stored.slice(0, expected.length).map((one: any) => ({ stepId: one.stepId, answer: one.answer }))).toEqual(
        expected,
      )
    }),
    { numRuns: 25 },
  )
})

test('figures count answers and where conversations stopped; the file has one line an answer', async () => {
  const { call } = service.tenant
  const { id } = await make()
  await publish(id)
  const begin = async () => (await call('POST', '/v1/conversations', { contactId, scriptId: id })).body.id
  const [one, two] = [await begin(), await begin()]
  for (const run of [one, two]) await call('POST', `/v1/conversations/${run}/answers`, { position: 0 })
  await call('POST', `/v1/conversations/${one}/answers`, { position: 1, answer: true })
  const period = 'from=2026-11-23&to=2026-11-23'
  const { steps, choices } = (await call('GET', `/v1/scripts/${id}/figures?${period}`)).body
  expect(steps.find((step: any) => step.stepId === 'known')).toMatchObject({
    version: 1,
    shown: 2,
    left: 1,
    stopped: 1,
  })
  expect(choices).toEqual([{ version: 1, stepId: 'known', choice: 'true', n: 1 }])
  const file = (await call('GET', `/v1/scripts/${id}/answers?${period}`)).body as string
  expect(file.trim().split('\n')).toHaveLength(2)
  expect(file).toContain(`known,true,${contactId}`)
})
