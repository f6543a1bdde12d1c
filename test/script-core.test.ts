// Scripts as pure data: what the checks find, and that every script that passes them ends on every path.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkScript, type Known } from '../src/domain/script/check-script.ts'
import { after, answerFault, walk } from '../src/domain/script/conversation.ts'
import {
  choicesOf,
  nextSteps,
  stepOf,
  type Answer,
  type AskStep,
  type Script,
  type Step,
} from '../src/domain/script/script.ts'
import { fillVariables } from '../src/domain/script/script-variables.ts'

const known: Known = {
  languages: ['it', 'en'],
  serviceIds: new Set(['s1']),
  campaignIds: new Set(),
  widgetIds: new Set(),
  messageIds: new Set(),
  attributes: new Set(['quartiere']),
  scripts: new Map(),
}
const both = (text: string) => ({ it: text, en: text })
const say = (id: string, next: string, text = 'Buongiorno'): Step => ({ id, kind: 'say', text: both(text), next })
const end = (id: string): Step => ({ id, kind: 'end' })
const codes = (script: Script): string[] =>
  checkScript(script, known).map((one) => `${one.stepId ?? ''} ${one.code}${one.isError ? '' : ' (warning)'}`)

test.each<[string, Script, string[]]>([
  ['a plain script', { start: 'a', steps: [say('a', 'b'), end('b')] }, []],
  ['no start', { start: 'x', steps: [end('b')] }, [' unknown_step', 'b unreachable_step']],
  ['a step that does not exist', { start: 'a', steps: [say('a', 'gone')] }, ['a unknown_step', 'a no_way_out']],
  [
    'a circle without a way out',
    { start: 'a', steps: [say('a', 'b'), say('b', 'a'), end('c')] },
    ['a no_way_out', 'b no_way_out', 'c unreachable_step'],
  ],
  [
    'a circle of branches',
    {
      start: 'a',
      steps: [
        { id: 'a', kind: 'branch', cases: [{ when: [{ attribute: 'x', is: 'present' }], next: 'e' }], next: 'a' },
        end('e'),
      ],
    },
    ['a endless_circle'],
  ],
  ['twice the same step', { start: 'a', steps: [say('a', 'b'), end('b'), end('b')] }, ['b duplicate_step']],
  [
    'an unknown variable',
    { start: 'a', steps: [say('a', 'b', 'Buongiorno {{contact.nome}}'), end('b')] },
    ['a unknown_variable'],
  ],
  [
    'one language only',
    { start: 'a', steps: [{ id: 'a', kind: 'say', text: { it: 'Ciao' }, next: 'b' }, end('b')] },
    ['a missing_language (warning)'],
  ],
  [
    'a service that is not offered',
    { start: 'a', steps: [{ id: 'a', kind: 'do', act: { kind: 'book', serviceId: 's2' }, next: 'b' }, end('b')] },
    ['a unknown_reference'],
  ],
  [
    'an attribute that scripts may not write',
    {
      start: 'a',
      steps: [{ id: 'a', kind: 'ask', text: both('?'), answer: 'text', writesTo: 'iban', next: 'b' }, end('b')],
    },
    ['a attribute_not_allowed'],
  ],
  [
    'a choice without options, and a path for an answer that is none',
    {
      start: 'a',
      steps: [{ id: 'a', kind: 'ask', text: both('?'), answer: 'one', goTo: { x: 'b' }, next: 'b' }, end('b')],
    },
    ['a no_options', 'a unknown_answer'],
  ],
])('the checks of %s', (_name, script, expected) => {
  expect(codes(script)).toEqual(expected)
})

test('a circle over another script is found too', () => {
  const own: Script = { start: 'a', steps: [{ id: 'a', kind: 'script', scriptId: 'other' }] }
  const other: Script = { start: 'o', steps: [{ id: 'o', kind: 'script', scriptId: 'own' }] }
  const scripts = new Map([
    ['other', other],
    ['own', own],
  ])
  expect(checkScript(own, { ...known, scripts }).map((one) => one.code)).toContain('no_way_out')
})

const ids = Array.from({ length: 8 }, (_, i) => `s${i}`)
const anyId = fc.constantFrom(...ids)
/** Any graph of eight steps; the last one is an end. */
const anyScript: fc.Arbitrary<Script> = fc
  .tuple(
    ...ids.slice(0, -1).map((id) =>
      fc.oneof(
        anyId.map((next): Step => say(id, next)),
        fc.record({ next: anyId, yes: anyId, required: fc.boolean() }).map(({ next, yes, required }): Step => ({
          ...{ id, kind: 'ask', text: both('?'), answer: 'yes_no', isRequired: required },
          ...{ goTo: { yes }, next },
        })),
        fc.record({ next: anyId, one: anyId, several: fc.boolean() }).map(({ next, one, several }): Step => ({
          ...{ id, kind: 'ask', text: both('?'), answer: several ? 'several' : 'one' },
          options: [
            { id: 'x', label: both('X') },
            { id: 'y', label: both('Y') },
          ],
          ...(several ? {} : { goTo: { x: one } }),
          next,
        })),
        fc.record({ next: anyId, other: anyId, about: anyId }).map(({ next, other, about }): Step => ({
          ...{ id, kind: 'branch', next },
          cases: [{ when: [{ attribute: `answers.${about}`, is: 'equal', value: 'yes' }], next: other }],
        })),
      ),
    ),
  )
  .map((steps) => ({ start: 's0', steps: [...steps, end('s7')] }))

/** An answer that the step accepts. */
function answerTo(step: AskStep, pick: number): Answer | null {
  if (step.answer === 'yes_no') return pick % 2 === 0
  const choices = choicesOf(step)
  const one = choices[pick % choices.length]!
  return step.answer === 'several' ? [one] : one
}

/** Publishable: without errors but for steps nobody reaches and variables of questions that are not asked, which end all the same. */
const ends = (script: Script): boolean =>
  checkScript(script, known).every(
    (one) => !one.isError || one.code === 'unreachable_step' || one.code === 'unknown_variable',
  )

test('every published script ends on every path: from wherever a random walk stands, an end can be reached', () => {
  fc.assert(
    fc.property(anyScript, fc.array(fc.nat(5), { maxLength: 40 }), (script, picks) => {
      fc.pre(ends(script))
      const facts: Record<string, string> = {}
      let at = walk(script, script.start, facts)
      for (const pick of picks) {
        expect(at.kind).toBe('step')
        if (at.kind !== 'step') return
        const answer = at.step.kind === 'ask' ? answerTo(at.step, pick) : null
        if (at.step.kind === 'ask') {
          expect(answerFault(at.step, answer)).toBeNull()
          facts[`answers.${at.step.id}`] = answer === true ? 'yes' : answer === false ? 'no' : String(answer)
        }
        const next = after(at.step, answer)
        if (next === null) return
        at = walk(script, next, facts)
        const reached = new Set([next])
        for (const id of reached) for (const one of nextSteps(stepOf(script, id)!)) reached.add(one)
        expect([...reached].some((id) => stepOf(script, id)!.kind === 'end')).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

const ask = (answer: AskStep['answer'], more: Partial<AskStep> = {}): AskStep => ({
  ...{ id: 'a', kind: 'ask', text: both('?'), answer, next: 'b' },
  ...more,
})
test.each<[AskStep, Answer | null, string | null]>([
  [ask('yes_no'), true, null],
  [ask('yes_no'), 'yes', 'answer_invalid'],
  [ask('yes_no', { isRequired: true }), null, 'answer_required'],
  [ask('text', { isRequired: true }), '', 'answer_required'],
  [ask('text', { max: 3 }), 'four', 'answer_out_of_range'],
  [ask('number', { min: 1, max: 9 }), 0, 'answer_out_of_range'],
  [ask('number'), 2.5, null],
  [ask('scale'), 5, null],
  [ask('scale'), 6, 'answer_out_of_range'],
  [ask('scale'), 2.5, 'answer_invalid'],
  [ask('date'), '2026-02-29', 'answer_invalid'],
  [ask('date'), '2028-02-29', null],
  [ask('time'), '24:00', 'answer_invalid'],
  [ask('time'), '23:59', null],
  [ask('one', { options: [{ id: 'x', label: both('X') }] }), 'y', 'answer_unknown'],
  [ask('several', { options: [{ id: 'x', label: both('X') }] }), ['x', 'x'], 'answer_unknown'],
  [ask('several', { options: [{ id: 'x', label: both('X') }] }), [], null],
])('%j accepts %j: %s', (step, answer, code) => {
  expect(answerFault(step, answer)?.code ?? null).toBe(code)
})

test('variables are filled in, and a missing one leaves a mark', () => {
  const facts = { 'contact.firstName': 'Anna', 'answers.days': ['Mo', 'Tu'] }
  expect(fillVariables('{{contact.firstName}}, {{ answers.days }}, {{campaign.name}}', facts)).toBe('Anna, Mo, Tu, …')
})
