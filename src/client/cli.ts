#!/usr/bin/env node
// agenda-api: the common acts from a terminal or a script. Prints JSON; refusals go to standard error with exit code 1, mistakes with 2.
import { parseArgs } from 'node:util'
import { AgendaError, createAgenda, type Agenda } from './index.ts'

const HELP = `agenda-api COMMAND [options]; AGENDA_URL and AGENDA_KEY say where and who

  me                                                   who the key is, and what it may do
  services                                             what can be booked, one line each
  slots SERVICE --from DAY --to DAY                    free times
  book SERVICE --start TIME --first NAME --last NAME [--email ADDRESS] [--phone NUMBER]
  move APPOINTMENT --start TIME
  cancel APPOINTMENT [--reason TEXT]
  callback CAMPAIGN --number NUMBER [--at TIME]
  events [--cursor CURSOR] [--type TYPE ...]           what happened, oldest first, and where to go on
  get PATH [name=value ...]                            any read: get /v1/appointments sort=-start

DAY is 2026-12-01, TIME is 2026-12-01T09:00:00+01:00, SERVICE and CAMPAIGN are ids or your external ids.
`

const TEXT = { type: 'string' } as const
const OPTIONS = {
  ...{ from: TEXT, to: TEXT, start: TEXT, first: TEXT, last: TEXT, email: TEXT, phone: TEXT },
  ...{ reason: TEXT, number: TEXT, at: TEXT, cursor: TEXT },
  type: { type: 'string', multiple: true },
  help: { type: 'boolean' },
} as const
type Values = Partial<
  Record<'from' | 'to' | 'start' | 'first' | 'last' | 'email' | 'phone' | 'reason' | 'number' | 'at' | 'cursor', string>
> & {
  type?: string[]
}

/** A mistake in the command line. */
const wrong = (text: string): never => {
  process.stderr.write(`${text}\n\n${HELP}`)
  process.exit(2)
}
const needed = (value: string | undefined, name: string): string => value ?? wrong(`${name} is missing`)
const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

/** The id of a service or campaign that is named by its id or external id. */
async function idOf(agenda: Agenda, path: '/v1/services' | '/v1/campaigns', name: string): Promise<string> {
  if (isId(name)) return name
  const { items } = await agenda.get(path, { query: { externalId: name } })
  return items[0]?.id ?? wrong(`nothing has the external id ${name}`)
}

const query = (pairs: readonly string[]): Record<string, string[]> => {
  const found: Record<string, string[]> = {}
  for (const pair of pairs) {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(pair) ?? wrong(`${pair} is not name=value`)
    found[name!] = [...(found[name!] ?? []), value!]
  }
  return found
}

async function book(agenda: Agenda, service: string, v: Values): Promise<unknown> {
  const contact = {
    firstName: needed(v.first, '--first'),
    lastName: needed(v.last, '--last'),
    ...(v.email === undefined ? {} : { email: v.email }),
    ...(v.phone === undefined ? {} : { phone: v.phone }),
  }
  const serviceIds = [await idOf(agenda, '/v1/services', service)]
  return agenda.post('/v1/appointments', { body: { serviceIds, start: needed(v.start, '--start'), contact } })
}

async function run(agenda: Agenda, [command, what, ...rest]: string[], v: Values): Promise<unknown> {
  const id = (): string => needed(what, 'the id')
  switch (command) {
    case 'me':
      return agenda.get('/v1/me')
    case 'services': {
      const { items } = await agenda.get('/v1/services')
      return items.map(({ id: serviceId, externalId, name }) => ({ id: serviceId, externalId, name }))
    }
    case 'slots': {
      const serviceId = [await idOf(agenda, '/v1/services', needed(what, 'SERVICE'))]
      return agenda.get('/v1/slots', { query: { serviceId, from: needed(v.from, '--from'), to: needed(v.to, '--to') } })
    }
    case 'book':
      return book(agenda, needed(what, 'SERVICE'), v)
    case 'move':
      return agenda.post('/v1/appointments/{id}/rescheduling', {
        ...{ path: { id: id() }, body: { start: needed(v.start, '--start') } },
      })
    case 'cancel':
      return agenda.post('/v1/appointments/{id}/cancellation', {
        ...{ path: { id: id() }, body: v.reason === undefined ? {} : { reason: v.reason } },
      })
    case 'callback': {
      const campaignId = await idOf(agenda, '/v1/campaigns', needed(what, 'CAMPAIGN'))
      const when = v.at === undefined ? ({ kind: 'now' } as const) : ({ kind: 'at', at: v.at } as const)
      return agenda.post('/v1/callbacks', { body: { campaignId, number: needed(v.number, '--number'), when } })
    }
    case 'events':
      return agenda.get('/v1/events', {
        query: {
          ...(v.cursor === undefined ? {} : { cursor: v.cursor }),
          ...(v.type ? { types: v.type as never } : {}),
        },
      })
    case 'get':
      // The path and its query are the reader's: the service says what is wrong with them.
      return agenda.get(needed(what, 'PATH') as '/v1/me', { query: query(rest) } as never)
    default:
      return wrong(command === undefined ? 'a command is missing' : `there is no command ${command}`)
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
  if (values.help) return void process.stdout.write(HELP)
  const { AGENDA_URL, AGENDA_KEY } = process.env
  const agenda = createAgenda({ baseUrl: needed(AGENDA_URL, 'AGENDA_URL'), key: needed(AGENDA_KEY, 'AGENDA_KEY') })
  process.stdout.write(`${JSON.stringify(await run(agenda, positionals, values), null, 2)}\n`)
}

main().catch((error: unknown) => {
  if (!(error instanceof AgendaError)) return wrong(error instanceof Error ? error.message : String(error))
  process.stderr.write(`${error.code}: ${error.message}\n`)
  for (const fault of error.errors) process.stderr.write(`  ${fault.pointer}: ${fault.detail}\n`)
  process.exitCode = 1
})
