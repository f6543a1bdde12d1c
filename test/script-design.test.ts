// What the designer computes: the difference of two versions, and the walk of a preview, which is the walk of a conversation.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Script, Step } from '../src/domain/script/script.ts'
import { differenceOf } from '../src/workspace/scripts/difference.ts'
import { previewOf } from '../src/workspace/scripts/preview.ts'

const text = { it: 'testo', en: 'text' }
const ask = (id: string, next: string, more: object = {}): Step => ({
  id,
  kind: 'ask',
  answer: 'yes_no',
  text,
  isRequired: true,
  next,
  ...more,
})
const script = (...steps: Step[]): Script => ({ start: steps[0]!.id, steps })
const end: Step = { id: 'end', kind: 'end' }

test('a difference names what is new, gone and changed, down to the place', () => {
  const before = script(ask('a', 'b', { goTo: { yes: 'end' } }), ask('b', 'end'), end)
  const after = script(ask('a', 'c', { goTo: { yes: 'end' }, text: { ...text, it: 'altro' } }), ask('c', 'end'), end)
  const found = differenceOf(before, after)
  expect([found.added.map((step) => step.id), found.removed.map((step) => step.id)]).toEqual([['c'], ['b']])
  expect(found.changed.map((one) => one.changes)).toEqual([
    [
      { place: 'text.it', before: 'testo', after: 'altro' },
      { place: 'next', before: 'b', after: 'c' },
    ],
  ])
  expect(found.start).toBeNull()
})

test('entries of lists are compared by their ids, not by their places', () => {
  const option = (id: string, it: string) => ({ id, label: { it } })
  const choice = (options: object[]) => script(ask('a', 'end', { answer: 'one', options }), end)
  const same = differenceOf(choice([option('x', 'X'), option('y', 'Y')]), choice([option('y', 'Y'), option('x', 'X')]))
  expect(same.changed).toEqual([])
  const changed = differenceOf(choice([option('x', 'X')]), choice([option('x', 'Z')]))
  expect(changed.changed[0]!.changes).toEqual([{ place: 'options.x.label.it', before: 'X', after: 'Z' }])
})

test('a script has no difference from itself', () => {
  const steps = fc.array(fc.record({ next: fc.nat(5), it: fc.string() }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(steps, (given) => {
      const made = script(...given.map(({ next, it }, i): Step => ask(`s${i}`, `s${next}`, { text: { it } })), end)
      expect(differenceOf(made, structuredClone(made))).toEqual({ added: [], removed: [], changed: [], start: null })
    }),
  )
})

test('a preview walks branches by the answers, passes what happens by itself, and stops at what is open', () => {
  const made = script(
    ask('a', 'branch'),
    {
      id: 'branch',
      kind: 'branch',
      cases: [{ when: [{ attribute: 'answers.a', is: 'equal', value: 'yes' }], next: 'out' }],
      next: 'end',
    },
    { id: 'out', kind: 'do', act: { kind: 'outcome', outcome: 'refused' }, next: 'b' },
    ask('b', 'end'),
    end,
  )
  expect(previewOf(made, [], {}).open?.id).toBe('a')
  expect(previewOf(made, [true], {})).toMatchObject({
    open: { id: 'b' },
    outcome: 'refused',
    facts: { 'answers.a': 'yes' },
  })
  expect(previewOf(made, [false], {})).toMatchObject({ open: { id: 'end' }, outcome: null })
  expect(previewOf(made, [false, null], {})).toMatchObject({ open: null, isBroken: false })
  // An answer that no longer fits the changed draft opens its step again.
  expect(previewOf(made, ['Roma'], {}).open?.id).toBe('a')
})

test('a draft that cannot be walked says so instead of failing', () => {
  expect(previewOf(script(ask('a', 'nowhere')), [true], {})).toMatchObject({ isBroken: true, open: null })
  const circle = script({ id: 'a', kind: 'branch', cases: [], next: 'a' })
  expect(previewOf(circle, [], {}).isBroken).toBe(true)
})

test('another script ends the walk of this one', () => {
  expect(previewOf(script({ id: 'a', kind: 'script', scriptId: 'x' }), [], {})).toMatchObject({ otherScriptId: 'x' })
})
