// The parsers of what comes from outside, each with seeds, words of its format, and what must hold for any text.
import { CsvError } from 'csv-parse/sync'
import PostalMime from 'postal-mime'
import { busyIn } from '../../src/application/calendars/busy-time.ts'
import { repliesIn } from '../../src/application/calendars/ics-reply.ts'
import { bouncesIn, messageIdIn } from '../../src/application/messaging/bounce.ts'
import { faultsIn, fill } from '../../src/application/messaging/liquid.ts'
import { readRow } from '../../src/domain/callback/contact-list/contact-list.ts'
import { asciiEmail, meantEmail, shownEmail } from '../../src/domain/contact/email.ts'
import { extensionOf, mayBeCalled, readableNumber, toE164 } from '../../src/domain/contact/phone.ts'
import { checkScript } from '../../src/domain/script/check-script.ts'
import { ScriptBody } from '../../src/domain/script/script.schema.ts'
import type { Script } from '../../src/domain/script/script.ts'
import { fromText } from '../../src/http/csv.ts'
import { parseToken } from '../../src/kernel/crypto/token.ts'
import { AppError } from '../../src/kernel/errors.ts'
import { DAY } from '../../src/kernel/time/interval.ts'
import { expandDays, faultInRule } from '../../src/kernel/time/recurrence.ts'
import { decodeTimeCursor } from '../../src/platform/schema/paging.ts'
import { checkBody } from '../../src/platform/schema/validation.ts'

export type Target = {
  name: string
  seeds: readonly string[]
  words: readonly string[]
  /** Throws if the text breaks what must hold. */
  check: (text: string) => void | Promise<void>
}

function hold(condition: boolean, what: string): void {
  if (!condition) throw new Error(`does not hold: ${what}`)
}

/** The result, or null if it throws an error that this parser may throw. */
function unless<T>(mayThrow: (error: unknown) => boolean, work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (mayThrow(error)) return null
    throw error
  }
}
const anything = (): boolean => true
const refusal = (error: unknown): boolean => error instanceof AppError

const EVENT = `BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:a@b
DTSTART;TZID=Europe/Rome:20261201T090000
DTEND;TZID=Europe/Rome:20261201T100000
RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10
EXDATE;TZID=Europe/Rome:20261207T090000
END:VEVENT
BEGIN:VEVENT
UID:c@d
RECURRENCE-ID:20261209T090000
DTSTART;VALUE=DATE:20261209
DURATION:PT1H30M
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR`
const REPLY = `BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:0199-x@agenda\nATTENDEE;PARTSTAT=DECLINED:mailto:ada@posta.example\nSEQUENCE:1\nEND:VEVENT\nEND:VCALENDAR`
const ICAL = [
  ...[
    'BEGIN:VEVENT',
    'END:VEVENT',
    'BEGIN:VTIMEZONE',
    'RRULE:FREQ=',
    'YEARLY',
    'SECONDLY',
    'BYDAY=',
    'INTERVAL=0',
    'UNTIL=',
  ],
  ...[
    'TZID=',
    'DTSTART:',
    'DURATION:P1W',
    'RDATE:',
    'EXDATE:',
    'RECURRENCE-ID:',
    'VALUE=PERIOD',
    '99999999T999999Z',
    'STATUS:CANCELLED',
  ],
]
const FROM = Date.UTC(2026, 10, 1)

const STEPS = {
  name: 'Prova',
  start: 'a',
  steps: [
    { id: 'a', kind: 'say', text: { it: 'Buongiorno {{ contact.firstName }}' }, next: 'b' },
    { id: 'b', kind: 'branch', cases: [{ when: [{ answer: 'a', is: 'yes' }], next: 'c' }], next: 'c' },
    { id: 'c', kind: 'end', text: { it: 'Arrivederci' } },
  ],
}
const SHORT = {
  name: 'Prova',
  start: 'a',
  steps: [
    { id: 'a', kind: 'say', text: { it: 'Sì' }, next: 'c' },
    { id: 'c', kind: 'end' },
  ],
}
const KNOWN = {
  languages: ['it'] as const,
  ...{ serviceIds: new Set<string>(), campaignIds: new Set<string>(), widgetIds: new Set<string>() },
  ...{ messageIds: new Set<string>(), attributes: new Set<string>(), scripts: new Map() },
}

export const TARGETS: readonly Target[] = [
  {
    name: 'icalendar',
    seeds: [EVENT, EVENT.replaceAll('\n', '\r\n')],
    words: ICAL,
    check(text) {
      const to = FROM + 60 * DAY
      const spans = unless(anything, () => busyIn([text], 'Europe/Rome', FROM, to)) ?? []
      for (let i = 0; i < spans.length; i += 1)
        hold(spans[i]! >= FROM && spans[i]! <= to && (i === 0 || spans[i]! > spans[i - 1]!), 'ascending, in range')
    },
  },
  {
    name: 'icalendar-reply',
    seeds: [REPLY, EVENT],
    words: [...ICAL, 'ATTENDEE', 'PARTSTAT=', 'METHOD:REPLY', 'mailto:'],
    check: (text) => void unless(anything, () => repliesIn(text)),
  },
  {
    name: 'rrule',
    seeds: [
      'FREQ=WEEKLY;BYDAY=MO,TU',
      'FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=2',
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=3',
    ],
    words: [
      'FREQ=',
      'DAILY',
      'WEEKLY',
      'MONTHLY',
      'YEARLY',
      'BYDAY=',
      'BYMONTH=',
      'BYMONTHDAY=',
      'BYSETPOS=',
      'UNTIL=20270101T000000Z',
      'COUNT=',
      'INTERVAL=',
      'WKST=',
      'MO',
      '-1',
      '+5',
    ],
    check(text) {
      if (faultInRule(text) !== null) return
      const day = FROM / DAY
      const days = expandDays({ rrule: text, start: '2026-11-01', exceptions: [] }, day, day + 400)
      days.forEach((one, i) =>
        hold(one >= day && one < day + 400 && (i === 0 || one > days[i - 1]!), 'ascending, in range'),
      )
    },
  },
  {
    name: 'liquid',
    seeds: [
      'Gentile {{ name }}, {% if place %}a {{ place | upcase }}{% endif %}',
      '{% for a in list %}{{ a }}{% endfor %}',
    ],
    words: [
      '{{',
      '}}',
      '{% if ',
      '{% endif %}',
      '{% for x in ',
      '{% endfor %}',
      '| append: ',
      '| times: ',
      '(1..9999999)',
      '{% assign ',
      '{% capture ',
      '{% raw %}',
      '{% render ',
      'name',
      '.size',
      '[0]',
    ],
    check(text) {
      if ('syntax' in faultsIn(text, ['name', 'place', 'list'])) return
      unless(anything, () => fill(text, { name: 'Ada', place: 'Sede', list: ['a', 'b'] }))
    },
  },
  {
    name: 'csv',
    seeds: [
      'nome;telefono\nAda;+39 320 5552001\n"B ""c""";06 1234',
      'a,b\n1,2\n',
      '[{"a":1},{"b":[2]}]',
      '{"items":[{"a":null}]}',
    ],
    words: ['"', '""', ';', ',', '\r\n', '__proto__', 'constructor', '{"items":', '[', ']', 'null'],
    check(text) {
      const rows = unless(
        (error) => error instanceof SyntaxError || error instanceof CsvError,
        () => fromText(text, {}),
      )
      hold(
        (rows ?? []).every((row) => row !== null && typeof row === 'object'),
        'rows are objects',
      )
      hold(({} as { polluted?: unknown }).polluted === undefined, 'no prototype is changed')
    },
  },
  {
    name: 'contact-list-row',
    seeds: [
      '{"phone":"+393205552001","first_name":"Ada","priority":"5","not_before":"2026-12-01T09:00:00+01:00"}',
      '{"number":"06 1234567","country":"it","x_debt":12}',
    ],
    words: [
      '"number":',
      '"phone":',
      '"channel":"web"',
      '"country":',
      '"priority":',
      '"not_after":',
      '"reason":',
      '"external_id":',
      '"time_zone":',
      'null',
      '[]',
      '{}',
      '1e999',
    ],
    check(text) {
      const row = unless(anything, () => JSON.parse(text) as unknown)
      if (row === null || typeof row !== 'object' || Array.isArray(row)) return
      const read = readRow(row as never, 'IT')
      hold(
        typeof read === 'string'
          ? /^[a-z_]+ \S/.test(read)
          : read.numbers.every((n) =>
              /^\+\d{4,15}$/.test(typeof n === 'string' ? n : (n as { number: string }).number),
            ),
        'a refusal with its column, or numbers in E.164',
      )
    },
  },
  {
    name: 'phone',
    seeds: ['+39 320 555 2001', '(06) 69821234 int. 5', 'tel: 0039-06/1234567', '٠٦ ١٢٣٤٥٦٧'],
    words: ['+', '00', 'int.', 'ext', '(', ')', '+39', '+1', '/', ' ', 'x', '#', '*'],
    check(text) {
      const number = toE164(text, 'IT')
      hold(number === null || /^\+\d{4,15}$/.test(number), 'E.164 or null')
      extensionOf(text, 'IT')
      readableNumber(text)
      if (number !== null) mayBeCalled(number, ['IT'])
    },
  },
  {
    name: 'email',
    seeds: ['ada.neri@posta.example', 'ada@münchen.example', '"a b"@x.example', 'ada@gmial.com'],
    words: ['@', '.', 'xn--', '..', '"', ' ', '@@', 'gmail.com', 'é'],
    check(text) {
      asciiEmail(text)
      shownEmail(text)
      meantEmail(text)
    },
  },
  {
    name: 'mime',
    seeds: [
      'From: Ada <ada@posta.example>\r\nSubject: =?utf-8?q?Ci=C3=A0o?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nCiao\r\n> prima\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n',
    ],
    words: [
      'Content-Type: ',
      'multipart/',
      'boundary=',
      '--b',
      'base64',
      'Content-Transfer-Encoding: ',
      'charset=',
      'Status: ',
      'Action: ',
      '=?utf-8?b?',
      '\r\n\r\n',
      'message/rfc822',
      'Message-ID: <',
    ],
    async check(text) {
      const mail = await PostalMime.parse(text, { forceRfc822Attachments: true, maxNestingDepth: 20 }).catch(() => null)
      for (const part of mail?.attachments ?? []) {
        const body =
          typeof part.content === 'string' ? part.content : Buffer.from(part.content as ArrayBuffer).toString('utf8')
        hold(
          bouncesIn(body).every((bounce) => typeof bounce === 'object'),
          'bounces',
        )
        messageIdIn(body)
      }
      bouncesIn(text)
    },
  },
  {
    name: 'script',
    seeds: [JSON.stringify(SHORT), JSON.stringify(STEPS)],
    words: [
      '"kind":"',
      'say',
      'ask',
      'end',
      'branch',
      'message',
      'book',
      'callback',
      '"next":',
      '"id":',
      '"a"',
      '"b"',
      '"steps":[',
      '{{ contact.',
      '"label":',
      '"choices":',
    ],
    check(text) {
      const script = unless(anything, () => JSON.parse(text) as unknown)
      if (script === null || unless(refusal, () => (checkBody(ScriptBody, script), true)) === null) return
      hold(
        checkScript(script as Script, KNOWN as never).every(({ code }) => code.length > 0),
        'findings have codes',
      )
    },
  },
  {
    name: 'tokens-and-cursors',
    seeds: [
      'agm.0199aaaa-0000-7000-8000-000000000001.0199aaaa-0000-7000-8000-000000000002.c2VjcmV0',
      Buffer.from('["1700000000000","0199aaaa-0000-7000-8000-000000000001"]').toString('base64url'),
    ],
    words: ['agm.', 'agd.', '.', '=', '-', '_', 'e30', 'bnVsbA'],
    check(text) {
      parseToken(text)
      unless(refusal, () => decodeTimeCursor(text))
    },
  },
]
