// The work with contacts over HTTP: recognition, the blended queue, states of agents, announced calls, answers beside the outcome, messages.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { endOldStates } from '../src/application/presence/agent-state.ts'
import { makePerson, signedCaller } from './helpers/people.ts'
import { makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
let agentId: string
let giulia: Awaited<ReturnType<typeof signedCaller>>
let giuliaId: string
beforeAll(async () => {
  service = await startService()
  agentId = (await makeOffice(service.tenant)).agent.id
  giuliaId = await makePerson(service, { email: 'giulia@comune.example', role: 'agent', name: 'Giulia Verdi', agentId })
  await makePerson(service, { email: 'capo@comune.example', role: 'supervisor', name: 'Capo' })
  giulia = await signedCaller(service, 'giulia@comune.example')
})
afterAll(() => service.close())

const person = (more: object) => ({ firstName: 'Anna', lastName: 'Neri', ...more })

test('any spelling of any number finds its person, also one that came by a merge; all of its people are found', async () => {
  const { make, call } = service.tenant
  const anna = await make(
    'contacts',
    person({
      phone: '320 555 0700',
      furtherPhones: ['06 6982 1234', '+39 320 5550700'],
      furtherEmails: ['Anna@Lavoro.example'],
    }),
  )
  expect(anna.furtherPhones).toEqual(['+390669821234'])
  expect(anna.furtherEmails).toEqual(['anna@lavoro.example'])
  const found = async (text: string) =>
    (await call('POST', '/v1/contacts/lookup', { text })).body.items.map((one: any) => one.id)
  for (const text of [
    '3205550700',
    '+39 320 555 0700',
    '0039 3205550700',
    '320-555-0700',
    '06.69821234',
    'ANNA@lavoro.example',
  ])
    expect(await found(text), text).toEqual([anna.id])
  const other = await make(
    'contacts',
    person({ firstName: 'Annina', phone: '3205550701', furtherPhones: ['3205550702'] }),
  )
  await call('POST', `/v1/contacts/${anna.id}/merge`, { otherId: other.id })
  expect(await found('320 5550702')).toEqual([anna.id])
  const { numbers } = (await call('GET', `/v1/contacts/${anna.id}/summary`)).body
  expect(numbers).toEqual(['+393205550700', '+390669821234', '+393205550701', '+393205550702'])
  const husband = await make('contacts', person({ firstName: 'Ugo', phone: '06 69821234' }))
  expect((await found('0669821234')).sort()).toEqual([anna.id, husband.id].sort())
  const wrong = await call(
    'PATCH',
    `/v1/contacts/${anna.id}`,
    { furtherPhones: ['12'] },
    { headers: { 'if-match': '*' } },
  )
  expect([wrong.status, wrong.body.code]).toEqual([400, 'invalid_request'])
})

test('next takes the best ranked over all campaigns one may work, once however often it is pressed, and the state follows', async () => {
  const { make, call } = service.tenant
  const always = {
    hours: [{ days: ['MO'], from: '07:00', to: '20:00' }],
    citizenHours: [{ days: ['MO'], from: '07:00', to: '20:00' }],
  }
  const low = await make('campaigns', { name: 'Bassa', ...always, wrapUpSeconds: 30 })
  const high = await make('campaigns', { name: 'Alta', ...always, priority: 50 })
  const others = await make('agents', { name: 'Altro' })
  const closed = await make('campaigns', { name: 'Altrui', ...always, priority: 100, agentIds: [others.id] })
  const ask = (campaignId: string, number: string) => make('callbacks', { campaignId, number })
  const [a, b] = [await ask(low.id, '+393205550801'), await ask(high.id, '+393205550802')]
  await ask(closed.id, '+393205550803')
  const state = async () => (await giulia('GET', '/v1/me/state')).body
  expect(await state()).toMatchObject({ state: 'away' })
  expect((await state()).queue.map((one: any) => [one.campaignId, one.due])).toEqual([
    [high.id, 1],
    [low.id, 1],
  ])
  // Two presses at once are one contact.
  const pressed = await Promise.all([giulia('POST', '/v1/me/next'), giulia('POST', '/v1/me/next')])
  expect(pressed.map((one) => one.body.callback?.id).filter(Boolean)).toEqual([b.id])
  expect((await giulia('POST', '/v1/me/next')).body.callback.id).toBe(b.id)
  expect(await state()).toMatchObject({ state: 'busy', subjectId: b.id, campaignId: high.id })
  await giulia('POST', `/v1/callbacks/${b.id}/attempts`, { outcome: 'answered' })
  expect(await state()).toMatchObject({ state: 'free' })
  expect((await giulia('POST', '/v1/me/next')).body.callback.id).toBe(a.id)
  // A pause asked for during a contact begins after it; without one comes the time for notes.
  await giulia('PUT', '/v1/me/state', { state: 'pause', reason: 'Pranzo' })
  expect(await state()).toMatchObject({ state: 'busy', reason: 'Pranzo' })
  await giulia('POST', `/v1/callbacks/${a.id}/attempts`, { outcome: 'no_answer' })
  expect(await state()).toMatchObject({ state: 'pause', reason: 'Pranzo' })
  // Taken back, the person is in the contact again.
  await giulia('DELETE', `/v1/callbacks/${a.id}/attempts`)
  expect(await state()).toMatchObject({ state: 'busy', subjectId: a.id })
  service.clock.now += 5_000
  await giulia('POST', `/v1/callbacks/${a.id}/attempts`, { outcome: 'answered' })
  expect(await state()).toMatchObject({ state: 'wrap_up', campaignId: low.id })
  expect((await call('GET', '/v1/agent-states')).body.items).toMatchObject([
    { userId: giuliaId, userName: 'Giulia Verdi', state: 'wrap_up' },
  ])
  service.clock.now += 31_000
  await endOldStates(service.deps, service.tenant.id)
  expect(await state()).toMatchObject({ state: 'free' })
  expect((await giulia('POST', '/v1/me/next')).body.callback).toBeNull()
  // A lost browser: the state ends when it was last heard of.
  service.clock.now += 10 * 60_000
  await endOldStates(service.deps, service.tenant.id)
  expect(await state()).toMatchObject({ state: 'away' })
  const times = (await call('GET', '/v1/agent-states/times?from=2026-11-23&to=2026-11-23')).body.items
  expect(times.find((one: any) => one.state === 'wrap_up')).toMatchObject({
    userName: 'Giulia Verdi',
    times: 1,
    seconds: 30,
  })
  expect(times.find((one: any) => one.state === 'free').seconds).toBeLessThan(60)
})

test('a call that a telephone system announces reaches the stream of its person only, and opens the contact', async () => {
  const { make, call } = service.tenant
  const zoe = await make('contacts', { firstName: 'Zoe', lastName: 'Blu', phone: '+393205550900' })
  const popped = await call('POST', '/v1/screen-pops', {
    userEmail: 'Giulia@comune.example',
    number: '320 5550900',
    data: { queue: 'TARI' },
  })
  expect(popped.status).toBe(201)
  const opened = (await giulia('POST', `/v1/screen-pops/${popped.body.id}/opening`, {})).body
  expect(opened).toMatchObject({ contactId: zoe.id, number: '+393205550900', data: { queue: 'TARI' } })
  const boss = await signedCaller(service, 'capo@comune.example')
  expect((await boss('POST', `/v1/screen-pops/${popped.body.id}/opening`, {})).status).toBe(404)
  // Without a person, the signed address opens it for whoever is signed in, for ten minutes.
  const open = (await call('POST', '/v1/screen-pops', { number: '+393205550999' })).body
  const [id, signature] = [open.id, open.url.split('.').at(-1)]
  expect((await boss('POST', `/v1/screen-pops/${id}/opening`, {})).status).toBe(404)
  expect((await boss('POST', `/v1/screen-pops/${id}/opening`, { signature })).body).toMatchObject({ contactId: null })
  service.clock.now += 11 * 60_000
  expect((await boss('POST', `/v1/screen-pops/${id}/opening`, { signature })).status).toBe(404)
  expect((await call('POST', '/v1/screen-pops', { number: 'abc' })).body.code).toBe('invalid_phone')
})

test('the answers of the script go with the outcome: on the timeline, and in what queues report', async () => {
  const { make, call } = service.tenant
  const both = (text: string) => ({ it: text, en: text })
  const script = await make('scripts', {
    ...{ name: 'Sollecito', start: 'pay' },
    steps: [
      {
        id: 'pay',
        kind: 'ask',
        text: both('Quando paga?'),
        answer: 'one',
        options: [{ id: 'now', label: both('Oggi') }],
        next: 'z',
      },
      { id: 'z', kind: 'end' },
    ],
  })
  await call('POST', `/v1/scripts/${script.id}/publication`)
  const campaign = await make('campaigns', { name: 'Solleciti', scriptId: script.id })
  const who = await make('contacts', { firstName: 'Ivo', lastName: 'Rosa', phone: '+393205550950' })
  const c = await make('callbacks', {
    campaignId: campaign.id,
    number: '+393205550950',
    contactId: who.id,
    when: { kind: 'at', at: '2026-11-23T15:00:00+01:00' },
  })
  await giulia('POST', `/v1/callbacks/${c.id}/lease`, { agentId })
  const begun = (await giulia('POST', '/v1/conversations', { callbackId: c.id })).body
  await giulia('POST', `/v1/conversations/${begun.id}/answers`, { position: 0, answer: 'now' })
  await giulia('POST', `/v1/callbacks/${c.id}/attempts`, {
    outcome: 'answered',
    note: 'Cortese',
    conversationId: begun.id,
  })
  const attempt = async () => (await call('GET', `/v1/contacts/${who.id}/timeline?kind=attempt`)).body.items[0].data
  expect(await attempt()).toMatchObject({ note: 'Cortese', answers: { pay: 'Oggi' }, asked: { pay: 'Quando paga?' } })
  expect((await giulia('GET', `/v1/conversations/${begun.id}`)).body.position).toBeNull()
  const d = await make('callbacks', {
    campaignId: campaign.id,
    number: '+393205550950',
    contactId: who.id,
    when: { kind: 'at', at: '2026-11-23T16:00:00+01:00' },
  })
  await call('POST', `/v1/callbacks/${d.id}/attempts`, { outcome: 'answered', answers: { mood: 'good', again: true } })
  service.clock.now += 1
  expect((await call('GET', `/v1/callbacks/${d.id}/history`)).body.items.at(-1).details.answers).toEqual({
    mood: 'good',
    again: true,
  })
})

test('a message to a person is sent and stands on the timeline; what they answer waits in the inbox of its author', async () => {
  const { make, call } = service.tenant
  const who = await make('contacts', { firstName: 'Lea', lastName: 'Viola', email: 'lea@posta.example' })
  const none = await giulia('POST', `/v1/contacts/${who.id}/messages`, { channel: 'text', text: 'Ciao' })
  expect([none.status, none.body.code]).toEqual([422, 'no_address'])
  const sent = await giulia('POST', `/v1/contacts/${who.id}/messages`, {
    channel: 'email',
    subject: 'Documenti',
    text: 'Porti la *tessera*.',
  })
  expect(sent.body).toMatchObject({ channel: 'email', withheld: null })
  const mail = (...lines: string[]) => [...lines, ''].join('\r\n')
  const answer = mail(
    'From: Lea <lea@posta.example>',
    'Message-ID: <a1@posta.example>',
    'Subject: Re: Documenti',
    '',
    'Va bene?',
    '',
    'Il giorno 23 ha scritto:',
    '> Porti la tessera.',
  )
  const take = (text: string) =>
    call('POST', '/v1/inbound/mail', text, { headers: { 'content-type': 'message/rfc822' } })
  expect((await take(answer)).body.result).toBe('inbox')
  expect((await take(answer)).body.result).toBe('inbox')
  expect((await take(mail('From: x@spam.example', 'Subject: Soldi', '', 'Clicca'))).body.result).toBe('ignored')
  expect(
    (
      await take(
        mail('From: lea@posta.example', 'Auto-Submitted: auto-replied', 'Subject: Assente', '', 'Torno lunedì'),
      )
    ).body.result,
  ).toBe('ignored')
  const open = (await giulia('GET', '/v1/inbound-messages?status=open')).body.items
  expect(open).toMatchObject([{ contactId: who.id, ownerId: giuliaId, content: 'Va bene?', status: 'open' }])
  const kinds = (await call('GET', `/v1/contacts/${who.id}/timeline`)).body.items.map((one: any) => one.kind)
  expect(kinds.sort()).toEqual(['inbound', 'message'])
  await giulia('POST', `/v1/contacts/${who.id}/messages`, { channel: 'email', text: 'Sì.' })
  expect((await giulia('GET', `/v1/inbound-messages/${open[0].id}`)).body.status).toBe('answered')
  await giulia('PATCH', `/v1/inbound-messages/${open[0].id}`, { status: 'closed', ownerId: null })
  expect((await giulia('GET', `/v1/inbound-messages/${open[0].id}`)).body).toMatchObject({
    status: 'closed',
    ownerId: null,
  })
  await sleep(0)
})
