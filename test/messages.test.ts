// Messages from the booking to the mailbox and back: a real mail server, a real text gateway, calendars that answer.
import { createRequire } from 'node:module'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bouncesIn } from '../src/application/messaging/bounce.ts'
import { MESSAGE_KINDS } from '../src/application/messaging/message-kinds.ts'
import { defaultTemplate, templateFaults } from '../src/application/messaging/render.ts'
import { smtpSender, type Sender } from '../src/application/messaging/smtp.ts'
import { afterQuietHours, textDocument } from '../src/application/messaging/text.ts'
import { newCitizen } from './helpers/citizen.ts'
import { mimeTree, refusal, startMailbox, type Mailbox } from './helpers/mailbox.ts'
import { sweep } from '../src/schedule-loop.ts'
import { startReceiver, type Receiver } from './helpers/receiver.ts'
import { makeOffice, START, startService, type Office, type TestService } from './helpers/service.ts'

const ICAL = createRequire(import.meta.url)('ical.js').default ?? createRequire(import.meta.url)('ical.js')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
let service: TestService
let mailbox: Mailbox
let sender: Sender
let gateway: Receiver
let office: Office & { agents: any[] }
let person = 0

beforeAll(async () => {
  service = await startService()
  mailbox = await startMailbox()
  gateway = await startReceiver()
  sender = smtpSender(mailbox.url, 'Comune <no-reply@comune.example>')
  service.deps.mail = sender.send
  office = await makeOffice(service.tenant, {
    service: { cancelNoticeMinutes: 120, whatToBring: 'Una fototessera.' },
    agents: 4,
  })
})
afterAll(async () => {
  sender.close()
  await mailbox.close()
  await gateway.close()
  await service.close()
})
beforeEach(() => {
  service.clock.now = START
  mailbox.got.length = 0
  mailbox.answer({})
})

const call: TestService['tenant']['call'] = (...args) => service.tenant.call(...args)
const who = (more: object = {}) => {
  person += 1
  return { firstName: 'Ada', lastName: `Neri ${person}`, email: `ada${person}@posta.example`, ...more }
}
async function booked(start: string, contact: object = who(), more: object = {}): Promise<any> {
  const { status, body } = await call('POST', '/v1/appointments', {
    ...{ serviceIds: [office.service.id], start, contact, locale: 'it', ...more },
  })
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}
const calendarIn = (raw: { mail: { attachments: any[] } }): any => {
  const part = raw.mail.attachments.find((one) => one.mimeType === 'text/calendar')!
  const text = typeof part.content === 'string' ? part.content : Buffer.from(part.content).toString('utf8')
  const calendar = new ICAL.Component(ICAL.parse(text))
  const event = calendar.getFirstSubcomponent('vevent')
  return { text, calendar, event, of: (name: string) => event.getFirstPropertyValue(name)?.toString() }
}
const outbox = async (query = ''): Promise<any[]> => (await call('GET', `/v1/messages${query}`)).body.items

describe('an appointment by whoever made it', () => {
  test('is confirmed by mail with an invitation; moving and cancelling follow under the same UID with a rising SEQUENCE', async () => {
    const a = await booked('2026-11-24T10:00:00+01:00')
    await service.settle()
    expect(mailbox.got.length).toBe(1)
    const [first] = mailbox.got
    expect(mimeTree(first!.raw)).toBe(
      'multipart/mixed(multipart/alternative(text/plain,multipart/related(text/html,image/png),text/calendar;REQUEST),application/ics)',
    )
    const headers = Object.fromEntries(first!.mail.headers.map((h) => [h.key, h.value]))
    expect(headers['auto-submitted']).toBe('auto-generated')
    expect(first!.mail.subject).toBe('Appuntamento confermato: Carta d’identità')
    expect(first!.mail.from).toMatchObject({ name: 'prova', address: 'no-reply@comune.example' })
    expect(first!.mail.text).toContain('martedì 24 novembre 2026, 10:00–10:30')
    expect(first!.mail.text).toContain('Una fototessera.')
    expect(first!.mail.text).toMatch(/https:\/\/agenda\.example\/prova\/m\/\S+/)
    expect(first!.mail.html).toContain('<html lang="it">')
    const invitation = calendarIn(first!)
    expect(invitation.calendar.getFirstPropertyValue('method')).toBe('REQUEST')
    expect(invitation.of('uid')).toBe(`${a.id}@agenda`)
    expect(invitation.of('sequence')).toBe('0')
    expect(invitation.of('attendee')).toMatch(/^mailto:ada\d+@posta\.example$/i)
    expect(invitation.event.getFirstSubcomponent('valarm')).not.toBeNull()
    const zone = invitation.calendar.getFirstSubcomponent('vtimezone')
    expect(zone.getFirstPropertyValue('tzid')).toBe('Europe/Rome')
    const begin = invitation.event.getFirstPropertyValue('dtstart')
    expect(begin.toString()).toBe('2026-11-24T10:00:00')
    expect(begin.toUnixTime() * 1000).toBe(Date.parse('2026-11-24T10:00:00+01:00'))
    // The code finds the appointment together with the citizen's own address; no link opens it for people who see the calendar.
    expect(invitation.of('description')).toContain(`Codice: ${a.code}`)
    expect(invitation.of('url')).toMatch(/\/prova\/find$/)
    for (const line of invitation.text.split(/\r?\n/)) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
    // Nobody reads answers at the sender address, so the invitation asks for none.
    expect(invitation.text).toContain('RSVP=FALSE')

    await call('POST', `/v1/appointments/${a.id}/rescheduling`, { start: '2026-11-25T11:00:00+01:00' }, IF_ANY)
    await service.settle()
    const moved = mailbox.got.at(-1)!
    expect(moved.mail.text).toContain('Quello di prima, martedì 24 novembre 2026, 10:00, non vale più')
    const again = calendarIn(moved)
    expect([again.calendar.getFirstPropertyValue('method'), again.of('uid')]).toEqual(['REQUEST', `${a.id}@agenda`])
    expect(Number(again.of('sequence'))).toBeGreaterThan(0)

    await call('POST', `/v1/appointments/${a.id}/cancellation`, { reason: 'Ufficio chiuso' }, IF_ANY)
    await service.settle()
    const gone = mailbox.got.at(-1)!
    expect(mimeTree(gone.raw)).toContain('text/calendar;CANCEL')
    expect(gone.mail.text).toContain('Ufficio chiuso')
    const cancelled = calendarIn(gone)
    expect([cancelled.of('status'), cancelled.of('uid')]).toEqual(['CANCELLED', `${a.id}@agenda`])
    expect(Number(cancelled.of('sequence'))).toBeGreaterThan(Number(again.of('sequence')))
    const receipts = await outbox(`?subjectId=${a.id}`)
    expect(receipts.map((m) => [m.template, m.status, m.calendarMethod])).toEqual([
      ['cancelled', 'sent', 'CANCEL'],
      ['moved', 'sent', 'REQUEST'],
      ['booked', 'sent', 'REQUEST'],
    ])
    expect(receipts.every((m) => m.providerId && m.sentAt)).toBe(true)
  })

  test('that was moved twice before anybody was told is told of once, from the time that they know', async () => {
    const a = await booked('2026-11-24T09:00:00+01:00')
    await service.settle()
    mailbox.got.length = 0
    for (const start of ['2026-11-25T12:00:00+01:00', '2026-11-27T12:00:00+01:00'])
      await call('POST', `/v1/appointments/${a.id}/rescheduling`, { start }, IF_ANY)
    await service.settle()
    expect(mailbox.got.map(({ mail }) => mail.subject)).toEqual(['Appuntamento spostato: Carta d’identità'])
    expect(mailbox.got[0]!.mail.text).toContain('venerdì 27 novembre 2026, 12:00')
    expect(mailbox.got[0]!.mail.text).toMatch(/Quello di prima, martedì 24 novembre 2026, .* non vale più/)
    // Back to the time that they were told last: the last word counts.
    await call('POST', `/v1/appointments/${a.id}/rescheduling`, { start: '2026-11-25T12:00:00+01:00' }, IF_ANY)
    await service.settle()
    await call('POST', `/v1/appointments/${a.id}/rescheduling`, { start: '2026-11-27T12:00:00+01:00' }, IF_ANY)
    await service.settle()
    expect(mailbox.got).toHaveLength(3)
    // What the office says by telephone is not known here: coming back from there is told.
    const quietly = { start: '2026-11-30T12:00:00+01:00', as: 'staff', notify: false }
    expect((await call('POST', `/v1/appointments/${a.id}/rescheduling`, quietly, IF_ANY)).status).toBe(200)
    await call('POST', `/v1/appointments/${a.id}/rescheduling`, { start: '2026-11-27T12:00:00+01:00' }, IF_ANY)
    await service.settle()
    expect(mailbox.got).toHaveLength(4)
  })

  test('that waits for approval is told so without an invitation, then approved with one or refused with the reason', async () => {
    const asked = await service.tenant.make('services', {
      name: 'Matrimonio',
      durationMinutes: 30,
      approvalRequired: true,
    })
    await call('PATCH', `/v1/agents/${office.agent.id}`, { serviceIds: [office.service.id, asked.id] }, IF_ANY)
    const one = await booked('2026-11-26T10:00:00+01:00', who(), { serviceIds: [asked.id], locale: 'en' })
    await service.settle()
    expect(mimeTree(mailbox.got[0]!.raw)).toBe('multipart/alternative(text/plain,text/html)')
    expect(mailbox.got[0]!.mail.text).toContain('we received your request')
    await call('POST', `/v1/appointments/${one.id}/approval`, { decision: 'approve' }, IF_ANY)
    await service.settle()
    expect(mailbox.got[1]!.mail.text).toContain('the office has approved your request')
    expect(calendarIn(mailbox.got[1]!).of('status')).toBe('CONFIRMED')
    const two = await booked('2026-11-26T11:00:00+01:00', who(), { serviceIds: [asked.id] })
    await service.settle()
    await call(
      'POST',
      `/v1/appointments/${two.id}/approval`,
      { decision: 'refuse', reason: 'Manca un documento' },
      IF_ANY,
    )
    await service.settle()
    expect(mailbox.got.at(-1)!.mail.text).toContain('Manca un documento')
    expect(mimeTree(mailbox.got.at(-1)!.raw)).not.toContain('calendar')
  })

  test('the tenant may write to nobody', async () => {
    const { body: tenant } = await call('GET', `/v1/tenants/${service.tenant.id}`)
    expect(tenant.notifications.enabled).toBe(true)
    await call('PATCH', `/v1/tenants/${service.tenant.id}`, { notifications: { enabled: false } }, IF_ANY)
    const a = await booked('2026-11-26T12:00:00+01:00')
    await service.settle()
    expect(await outbox(`?subjectId=${a.id}`)).toEqual([])
    await call('PATCH', `/v1/tenants/${service.tenant.id}`, { notifications: { enabled: true } }, IF_ANY)
  })
})
const IF_ANY = { headers: { 'if-match': '*' } }

describe('what goes wrong', () => {
  test('a passing failure is tried again under the same Message-ID; an unknown recipient is parked and written to no more', async () => {
    const contact = who()
    let refused = 0
    mailbox.answer({ data: () => ((refused += 1) <= 2 ? refusal(451) : null) })
    const a = await booked('2026-11-24T11:00:00+01:00', contact)
    await service.settle()
    expect((await outbox(`?subjectId=${a.id}`))[0]).toMatchObject({ status: 'queued', failure: '451', attempts: 1 })
    for (let i = 0; i < 2; i += 1) {
      service.clock.now += 5 * MINUTE
      await service.settle()
    }
    const [message] = await outbox(`?subjectId=${a.id}`)
    expect(message).toMatchObject({ status: 'sent', attempts: 3 })
    expect(mailbox.got[0]!.mail.messageId).toBe(`<${message.id}@comune.example>`)

    mailbox.answer({ rcpt: () => refusal(550) })
    const lost = who()
    const b = await booked('2026-11-24T11:30:00+01:00', lost)
    await service.settle()
    expect((await outbox(`?subjectId=${b.id}`))[0]).toMatchObject({ status: 'parked', failure: '550' })
    mailbox.answer({})
    await call('POST', `/v1/appointments/${b.id}/cancellation`, {}, IF_ANY)
    await service.settle()
    expect((await outbox(`?subjectId=${b.id}`))[0]).toMatchObject({ template: 'cancelled', status: 'suppressed' })
    const { body } = await call('GET', '/v1/suppressions')
    expect(body.items).toContainEqual(expect.objectContaining({ address: lost.email, reason: 'bounced' }))
    const removal = await call('POST', '/v1/suppressions/removal', { channel: 'email', address: lost.email })
    expect(removal.body).toEqual({ count: 1 })
  })

  test('a mail that comes back (RFC 3464) marks its message and silences the address; a complaint does too', async () => {
    const contact = who()
    const a = await booked('2026-11-24T12:00:00+01:00', contact)
    await service.settle()
    const [message] = await outbox(`?subjectId=${a.id}`)
    const dsn = [
      ...['From: MAILER-DAEMON@mx.example', 'To: no-reply@comune.example', 'Subject: Undelivered', 'MIME-Version: 1.0'],
      ...[
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        '',
        '--b',
        'Content-Type: text/plain',
      ],
      ...['', 'It could not be delivered.', '', '--b', 'Content-Type: message/delivery-status', ''],
      ...['Reporting-MTA: dns; mx.example', '', `Final-Recipient: rfc822; ${contact.email}`, 'Action: failed'],
      ...[
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 no such user',
        '',
        '--b',
        'Content-Type: text/rfc822-headers',
        '',
      ],
      ...[`Message-ID: <${message.id}@comune.example>`, 'Subject: x', '', '--b--', ''],
    ].join('\r\n')
    const rfc822 = { headers: { 'content-type': 'message/rfc822' } }
    expect((await call('POST', '/v1/inbound/mail', dsn, rfc822)).body).toEqual({ result: 'bounced' })
    expect((await outbox(`?subjectId=${a.id}`))[0]).toMatchObject({ status: 'bounced', failure: '5.1.1' })
    expect((await call('POST', '/v1/inbound/mail', 'nonsense', rfc822)).body).toEqual({ result: 'ignored' })
    const other = who()
    const b = await booked('2026-11-24T12:30:00+01:00', other)
    await service.settle()
    const [second] = await outbox(`?subjectId=${b.id}`)
    const complaint = { messageId: `<${second.id}@comune.example>`, kind: 'complaint' }
    expect((await call('POST', '/v1/inbound/bounces', complaint)).body).toEqual({ result: 'bounced' })
    expect((await call('GET', '/v1/suppressions')).body.items).toContainEqual(
      expect.objectContaining({ address: other.email, reason: 'complaint' }),
    )
  })

  test('delays, successes and other reports are no bounces', () => {
    const block = (action: string, status: string) =>
      `Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822;\r\n a@b.example\r\nAction: ${action}\r\nStatus: ${status}\r\n`
    expect(bouncesIn(block('delayed', '4.4.1'))).toEqual([])
    expect(bouncesIn(block('delivered', '2.0.0'))).toEqual([])
    expect(bouncesIn(block('failed', '4.4.7'))).toEqual([
      { recipient: 'a@b.example', isForGood: false, status: '4.4.7' },
    ])
  })
})

describe('calendars answer', () => {
  const reply = (a: any, email: string, partstat: string, sequence = 0): string =>
    [
      ...[`From: ${email}`, 'To: no-reply@comune.example', 'MIME-Version: 1.0', 'Subject: Re'],
      ...['Content-Type: text/calendar; method=REPLY; charset=utf-8', ''],
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//y//EN', 'METHOD:REPLY', 'BEGIN:VEVENT'],
      ...[`UID:${a.id}@agenda`, `SEQUENCE:${sequence}`, 'DTSTAMP:20261123T070000Z', 'DTSTART:20261127T090000Z'],
      ...[`ATTENDEE;PARTSTAT=${partstat};CN="Ada, N":mailto:${email}`, 'END:VEVENT', 'END:VCALENDAR', ''],
    ].join('\r\n')
  const rfc822 = { headers: { 'content-type': 'message/rfc822' } }
  const send = async (text: string): Promise<string> =>
    (await call('POST', '/v1/inbound/mail', text, rfc822)).body.result

  test('ACCEPTED is kept, DECLINED cancels within the office’s rules, and only for whom it was sent to', async () => {
    const contact = who()
    const a = await booked('2026-11-27T10:00:00+01:00', contact)
    await service.settle()
    expect(await send(reply(a, 'stranger@posta.example', 'DECLINED'))).toBe('ignored')
    expect(await send(reply(a, contact.email, 'ACCEPTED'))).toBe('accepted')
    expect((await call('GET', `/v1/appointments/${a.id}/history`)).body.items.map((e: any) => e.type)).toContain(
      'appointment.accepted',
    )
    // The answer is about the old time and does not count for the new one.
    await call('POST', `/v1/appointments/${a.id}/rescheduling`, { start: '2026-11-27T11:00:00+01:00' }, IF_ANY)
    expect(await send(reply(a, contact.email, 'DECLINED', 0))).toBe('stale')
    expect(await send(reply(a, contact.email.toUpperCase(), 'DECLINED', 1))).toBe('cancelled')
    const { body } = await call('GET', `/v1/appointments/${a.id}`)
    expect(body).toMatchObject({ status: 'cancelled', cancellation: { by: 'citizen', reason: 'calendar_declined' } })
    expect(await send(reply(a, contact.email, 'DECLINED', 1))).toBe('cancelled')
  })

  test('too late to cancel so: the appointment stands and the person is told once', async () => {
    const contact = who()
    const a = await booked('2026-11-23T11:00:00+01:00', contact)
    await service.settle()
    service.clock.now = Date.parse('2026-11-23T10:00:00+01:00')
    expect(await send(reply(a, contact.email, 'DECLINED'))).toBe('refused')
    expect(await send(reply(a, contact.email, 'DECLINED'))).toBe('refused')
    await service.settle()
    expect((await call('GET', `/v1/appointments/${a.id}`)).body.status).toBe('confirmed')
    const sent = (await outbox(`?subjectId=${a.id}`)).filter((m) => m.template === 'late_change')
    expect(sent.length).toBe(1)
  })
})

describe('texts', () => {
  const gatewayBody = () => ({
    url: gateway.url,
    format: 'json',
    fields: { To: '{{ to }}', Body: '{{ text }}', Reference: '{{ id }}' },
    headers: { Authorization: 'Bearer geheim' },
    idPath: 'messages.0.sid',
    perSecond: 100,
  })
  const phoneOnly = () => ({ firstName: 'Ugo', lastName: `Bassi ${(person += 1)}`, phone: `+3932055502${10 + person}` })

  test('a gateway is written with its secrets and never shows them', async () => {
    const wrong = { ...gatewayBody(), fields: { Body: '{{ nome }}' } }
    expect((await call('PUT', '/v1/text-gateways/sms', wrong)).body).toMatchObject({ code: 'template_variable' })
    const { status, body } = await call('PUT', '/v1/text-gateways/sms', gatewayBody())
    expect(status).toBe(200)
    expect(JSON.stringify(body)).not.toContain('geheim')
    expect(body.headerNames).toEqual(['Authorization'])
    // The secret is dropped when the URL names another host than the one it was written for.
    const { headers: _gone, ...elsewhere } = { ...gatewayBody(), url: 'https://elsewhere.example/send' }
    expect((await call('PUT', '/v1/text-gateways/sms', elsewhere)).body.headerNames).toEqual([])
    await call('PUT', '/v1/text-gateways/sms', gatewayBody())
  })

  test('who has a telephone only is told by text: sent, delivered, cancelled by answering C', async () => {
    gateway.answer((got, response) => {
      gateway.got.push(got)
      response.writeHead(201).end(JSON.stringify({ messages: [{ sid: `sid-${got.body.Reference}` }] }))
    })
    const contact = phoneOnly()
    const a = await booked('2026-11-27T12:00:00+01:00', contact)
    service.clock.now = START + 2 * HOUR
    await service.settle()
    const got = gateway.got.at(-1)!
    expect(got.headers.authorization).toBe('Bearer geheim')
    expect(got.body.To).toBe(contact.phone)
    expect(got.body.Body).toMatch(
      /^prova: confermato, Carta d'identità, venerdì 27 novembre 2026, 12:00\. Codice \w{8}/,
    )
    let [message] = await outbox(`?subjectId=${a.id}`)
    expect(message).toMatchObject({
      channel: 'sms',
      status: 'sent',
      encoding: 'GSM-7',
      providerId: `sid-${message.id}`,
    })
    const receipt = { providerId: message.providerId, status: 'delivered' }
    expect((await call('POST', '/v1/inbound/receipts', receipt)).body).toEqual({ result: 'delivered' })
    ;[message] = await outbox(`?subjectId=${a.id}`)
    expect(message.status).toBe('delivered')
    const answer = (text: string) => call('POST', '/v1/inbound/texts', { from: contact.phone, text })
    expect((await answer('grazie')).body).toEqual({ result: 'inbox' })
    expect((await answer(' c ')).body).toEqual({ result: 'cancelled' })
    expect((await call('GET', `/v1/appointments/${a.id}`)).body.status).toBe('cancelled')
    expect((await answer('STOP')).body).toEqual({ result: 'stopped' })
    await service.settle()
    const b = await booked('2026-11-27T12:30:00+01:00', contact)
    await service.settle()
    expect((await outbox(`?subjectId=${b.id}`))[0]).toMatchObject({ status: 'suppressed', failure: 'stopped' })
  })

  test('texts wait for the end of the quiet hours, and are not sent when that is too late', async () => {
    service.clock.now = Date.parse('2026-11-23T22:30:00+01:00')
    const a = await booked('2026-11-25T12:00:00+01:00', phoneOnly())
    await service.settle()
    expect((await outbox(`?subjectId=${a.id}`))[0]).toMatchObject({
      status: 'queued',
      dueAt: '2026-11-24T07:00:00.000Z',
    })
    service.clock.now = Date.parse('2026-11-24T08:00:01+01:00')
    await service.settle()
    expect((await outbox(`?subjectId=${a.id}`))[0].status).toBe('sent')
  })

  test.each([
    ['2026-11-23T20:59:00+01:00', '2026-11-23T20:59:00+01:00'],
    ['2026-11-23T21:00:00+01:00', '2026-11-24T08:00:00+01:00'],
    ['2026-11-24T07:59:00+01:00', '2026-11-24T08:00:00+01:00'],
    ['2026-11-24T08:00:00+01:00', '2026-11-24T08:00:00+01:00'],
    // The night in which the clock goes forward.
    ['2026-03-29T01:30:00+01:00', '2026-03-29T08:00:00+02:00'],
  ])('quiet from 21 to 8: %s → %s', (at, expected) => {
    expect(new Date(afterQuietHours({ from: '21:00', to: '08:00' }, 'Europe/Rome', Date.parse(at))).toISOString()).toBe(
      new Date(expected).toISOString(),
    )
  })

  test.each([
    ['Ciao', 'GSM-7', 1],
    ['L’ufficio è aperto – vieni…', 'GSM-7', 1],
    ['a'.repeat(160), 'GSM-7', 1],
    ['a'.repeat(161), 'GSM-7', 2],
    ['€'.repeat(81), 'GSM-7', 2],
    ['Здравствуйте', 'UCS-2', 1],
    ['я'.repeat(71), 'UCS-2', 2],
  ])('%s… takes %s, %d', (text, encoding, segments) => {
    expect(textDocument(text)).toMatchObject({ encoding, segments })
  })
})

describe('callbacks and agents', () => {
  const ALWAYS = [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '00:00', to: '24:00' }]
  test('a promised callback is confirmed, its lateness is told, and so is that it was missed; a list is not written to', async () => {
    const campaign = await service.tenant.make('campaigns', {
      ...{ name: 'Richiami', hours: ALWAYS, citizenHours: ALWAYS, graceMinutes: 60, escalateMinutes: 15 },
    })
    const contact = await service.tenant.make('contacts', { ...who(), locale: 'en' })
    const at = '2026-11-23T10:00:00+01:00'
    const c = await service.tenant.make('callbacks', {
      ...{ campaignId: campaign.id, number: '+393205550700', contactId: contact.id, when: { kind: 'at', at } },
    })
    await call('POST', `/v1/campaigns/${campaign.id}/loads`, 'number\n+393205550701\n')
    await sweep(service.deps)
    await service.settle()
    expect((await outbox(`?subjectId=${c.id}`)).map((m) => [m.template, m.channel, m.language])).toEqual([
      ['callback_promised', 'email', 'en'],
    ])
    expect(mailbox.got.at(-1)!.mail.text).toMatch(/We will call you on Monday.* between 10:00 and 10:30/)
    service.clock.now = Date.parse('2026-11-23T10:50:00+01:00')
    await sweep(service.deps)
    await service.settle()
    service.clock.now = Date.parse('2026-11-23T11:45:00+01:00')
    await sweep(service.deps)
    await service.settle()
    expect((await outbox(`?subjectId=${c.id}`)).map((m) => m.template)).toEqual([
      ...['callback_missed', 'callback_late', 'callback_promised'],
    ])
    const all = await outbox()
    expect(all.filter((m) => m.recipient === '+393205550701')).toEqual([])
  })

  test('agents are sent their day once, at its hour', async () => {
    await call('PATCH', `/v1/agents/${office.agents[3].id}`, { email: 'quattro@comune.example' }, IF_ANY)
    await call('PATCH', `/v1/tenants/${service.tenant.id}`, { notifications: { digestAt: '07:30' } }, IF_ANY)
    const a = await booked('2026-12-03T10:00:00+01:00', who(), { agentId: office.agents[3].id })
    const { sendDigests } = await import('../src/application/notifications/digest.ts')
    for (const [clock, count] of [
      ['07:29', 0],
      ['07:31', 1],
      ['07:41', 0],
      ['11:00', 0],
    ] as const) {
      service.clock.now = Date.parse(`2026-12-03T${clock}:00+01:00`)
      expect(await sendDigests(service.deps, service.tenant.id), clock).toBe(count)
    }
    const digest = (await outbox()).find((m) => m.template === 'digest')
    expect(digest.recipient).toBe('quattro@comune.example')
    expect(digest.text).toMatch(/10:00 Carta d’identità – Ada Neri \d+/)
    await call('POST', `/v1/appointments/${a.id}/cancellation`, { reason: 'x' }, IF_ANY)
  })
})

describe('texts of messages', () => {
  test('the service’s own use only variables that their kind has, in both languages', () => {
    for (const kind of MESSAGE_KINDS)
      for (const language of ['it', 'en'] as const)
        expect(templateFaults(kind, defaultTemplate(kind, language)), `${kind} ${language}`).toEqual([])
  })

  test('are checked when saved, previewed, used, and taken back', async () => {
    const url = '/v1/message-templates/booked/it'
    const unknown = await call('PUT', url, { subject: 'Ciao {{ nome }}', body: 'ok' })
    expect(unknown.status).toBe(422)
    expect(unknown.body).toMatchObject({ code: 'template_variable', errors: [{ pointer: '/subject' }] })
    expect((await call('PUT', url, { body: '{% if %}' })).body.code).toBe('template_syntax')
    expect((await call('PUT', '/v1/message-templates/nothing/it', { body: 'x' })).status).toBe(400)
    const texts = { subject: 'Ci vediamo, {{ firstName }}', body: 'alle {{ time }} <b>puntuali</b>.' }
    const preview = await call('POST', `${url}/preview`, texts)
    expect(preview.body.subject).toBe('Ci vediamo, Ada')
    expect(preview.body.html).toContain('&lt;b&gt;puntuali')
    expect(preview.body.sms.segments).toBeGreaterThan(0)
    for (const kind of MESSAGE_KINDS)
      expect((await call('POST', `/v1/message-templates/${kind}/en/preview`, {})).status, kind).toBe(200)
    expect((await call('PUT', url, texts)).body.isOwn).toBe(true)
    await booked('2026-11-25T09:00:00+01:00', who({ firstName: '{{ code }}<script>' }))
    await service.settle()
    const got = mailbox.got.find((one) => one.mail.subject?.includes('script'))!
    expect(got.mail.subject).toBe('Ci vediamo, {{ code }}<script>')
    expect(got.mail.html).not.toContain('<script>')
    expect((await call('DELETE', url)).body.isOwn).toBe(false)
    const { body } = await call('GET', '/v1/message-templates')
    expect(body.items.length).toBe(2 * MESSAGE_KINDS.length)
  })

  test('optional ones can be ended with one press, and the others still come', async () => {
    const contact = who()
    const a = await booked('2026-11-23T09:00:00+01:00', contact)
    await call('PATCH', `/v1/tenants/${service.tenant.id}`, { notifications: { reminders: [SURVEY] } }, IF_ANY)
    await service.settle()
    service.clock.now = Date.parse('2026-11-23T10:00:00+01:00')
    await call('POST', `/v1/appointments/${a.id}/outcome`, { outcome: 'completed' }, IF_ANY)
    await service.settle()
    service.clock.now += HOUR
    await service.settle()
    const survey = mailbox.got.at(-1)!
    expect(survey.mail.subject).toBe('Com’è andata?')
    const headers = Object.fromEntries(survey.mail.headers.map((h) => [h.key, h.value]))
    expect(headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click')
    const link = /<https:\/\/agenda\.example([^>]+)>/.exec(headers['list-unsubscribe']!)![1]!
    expect((await newCitizen(service.app).get(link)).text).toContain('Niente più messaggi di questo tipo')
    const pressed = await service.app.inject({
      method: 'POST',
      url: link,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'List-Unsubscribe=One-Click',
    })
    expect(pressed.statusCode).toBe(200)
    expect((await newCitizen(service.app).get(`${link}x`)).status).toBe(404)
    const b = await booked('2026-11-23T12:00:00+01:00', contact)
    await service.settle()
    expect((await outbox(`?subjectId=${b.id}`))[0]).toMatchObject({ template: 'booked', status: 'sent' })
    service.clock.now = Date.parse('2026-11-23T12:30:00+01:00')
    await call('POST', `/v1/appointments/${b.id}/outcome`, { outcome: 'completed' }, IF_ANY)
    service.clock.now += 2 * HOUR
    await service.settle()
    expect((await outbox(`?subjectId=${b.id}`))[0]).toMatchObject({ template: 'survey', status: 'suppressed' })
  })

  test('what messages said is erased after the tenant’s time; that they were sent stays', async () => {
    const a = await booked('2026-11-25T10:00:00+01:00')
    await service.settle()
    const { eraseOldMessages } = await import('../src/application/messaging/retention.ts')
    await call('PATCH', `/v1/tenants/${service.tenant.id}`, { notifications: { retentionDays: 30 } }, IF_ANY)
    service.clock.now = START + 31 * 24 * HOUR
    expect(await eraseOldMessages(service.deps, service.tenant.id)).toBeGreaterThan(0)
    const [message] = await outbox(`?subjectId=${a.id}`)
    expect(message).toMatchObject({ recipient: '', subject: '', text: '', status: 'sent', template: 'booked' })
    expect(message.erasedAt).not.toBeNull()
  })
})
const SURVEY = { id: 'survey', when: 'after', minutes: 60, channel: 'best' }
