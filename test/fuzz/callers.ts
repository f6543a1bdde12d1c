// The callers, created by REST only, as in a real installation: a tenant with one record of every kind, signed-in people of every role,
// citizens with their own appointment, keys and strangers. What hostile requests removed is created again.
import type { Credentials, Operation } from './generator.ts'
import { encode } from './generator.ts'
import type { Random } from './random.ts'
import type { Answer, Send, Sending } from './transport.ts'
import { learnHtml, learnJson, type World } from './world.ts'
import { formOf, timesIn } from '../helpers/citizen.ts'

const PASSWORD = 'tre lampade gialle sul tetto'
const DAY = 86_400_000
const FORM = 'application/x-www-form-urlencoded'

export type Town = { slug: string; tenantId: string; key: string; callers: Credentials[] }
export type Stage = { send: Send; platformKey: string; world: World; operations: readonly Operation[]; random: Random }

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
const credentials = (name: string, slug: string, headers: Record<string, string> = {}): Credentials => ({
  ...{ name, slug, headers, csrf: null, cookies: new Map<string, string>() },
})

/** Stores the cookies of an answer as a browser would; keeps the cookie of an ended session, so that requests use it and the end shows. */
export function keepCookies(of: Credentials, answer: Answer): void {
  for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
    const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
    if (value !== '' && value.length < 3000 && (of.cookies.has(name) || of.cookies.size < 12))
      of.cookies.set(name, value)
  }
}

async function asCaller(
  stage: Stage,
  of: Credentials,
  sending: Omit<Sending, 'headers'> & { type?: string },
): Promise<Answer> {
  const cookie = [...of.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers: Record<string, string> = { ...of.headers, ...(cookie === '' ? {} : { cookie }) }
  if (of.csrf !== null) headers['x-agenda-csrf'] = of.csrf
  if (sending.body !== undefined) headers['content-type'] = sending.type ?? FORM
  // Each caller has a network of its own, because limits count per network.
  const from = `10.${stage.random.int(0, 255)}.${stage.random.int(0, 255)}.${stage.random.int(1, 254)}`
  const answer = await stage.send({ ...sending, headers, from })
  keepCookies(of, answer)
  return answer
}

type Make = (path: string, body: unknown) => Promise<any>
const maker =
  (stage: Stage, key: string): Make =>
  async (path, body) => {
    const [text, type] = typeof body === 'string' ? [body, 'text/csv'] : [JSON.stringify(body), 'application/json']
    const answer = await stage.send({
      method: 'POST',
      url: `/v1/${path}`,
      headers: { ...bearer(key), 'content-type': type },
      body: text,
    })
    if (answer.status >= 300) throw new Error(`POST /v1/${path}: ${answer.status} ${answer.text.slice(0, 500)}`)
    const json: unknown = answer.text.startsWith('{') ? JSON.parse(answer.text) : null
    if (json !== null) learnJson(stage.world, path.split('/')[0]!, json, stage.random)
    return json
  }

/** Creates one record of every kind; returns an agent, a location and the manage token of an appointment. */
async function furnish(
  make: Make,
  world: World,
): Promise<{ agentId: string; locationId: string; manageToken: string }> {
  const core = (kind: string, ...made: { id: string }[]): void =>
    void world.core.set(
      kind,
      made.map(({ id }) => id),
    )
  const day = (n: number): string => new Date(world.now + n * DAY).toISOString().slice(0, 10)
  const location = await make('locations', { name: 'Municipio' })
  const questions = [{ id: 'motivo', label: 'Motivo', type: 'choice', options: ['a', 'b'] }]
  const service = await make('services', { name: 'Carta d’identità', durationMinutes: 30, questions })
  const skills = { serviceIds: [service.id], locationIds: [location.id] }
  const agent = await make('agents', { name: 'Giulia Rossi', ...skills })
  const colleague = await make('agents', { name: 'Paolo Neri', ...skills })
  const rules = [{ rrule: 'FREQ=DAILY', windows: [{ from: '08:00', to: '18:00' }] }]
  for (const ownerId of [agent.id, colleague.id])
    await make('schedules', { ownerKind: 'agent', ownerId, validFrom: day(-30), rules })
  await make('pools', { name: 'Sportelli', size: 2, ...skills })
  await make('openings', { ownerKind: 'agent', ownerId: agent.id, firstDay: day(12), lastDay: day(12) })
  await make('absences', { agentId: colleague.id, firstDay: day(8), lastDay: day(9) })
  await make('closures', { locationId: location.id, firstDay: day(20), lastDay: day(20) })
  await make('holiday-calendars', { name: 'Italia', country: 'IT' })
  const contact = await make('contacts', { firstName: 'Ada', lastName: 'Neri', email: 'ada.neri@posta.invalid' })
  await make('contacts', { firstName: 'Ada', lastName: 'Neri', phone: '+393205550199' })
  const booked = await make('appointments', {
    serviceIds: [service.id],
    start: `${day(3)}T10:00:00+01:00`,
    contactId: contact.id,
  })
  core('locations', location)
  core('services', service)
  core('agents', agent, colleague)
  core('contacts', contact)
  await make('holds', { serviceIds: [service.id], start: `${day(4)}T10:00:00+01:00` })
  await make('waiting-list', { appointmentId: booked.id })
  const campaign = await make('campaigns', {
    name: 'Richiami',
    channels: ['phone', 'web'],
    isPublic: true,
    joinLinkTemplate: 'https://host.invalid/{code}',
  })
  core('campaigns', campaign)
  await make('callbacks', { campaignId: campaign.id, number: '+393205550101' })
  await make(`campaigns/${campaign.id}/loads`, 'number\n+393205550104\n')
  await make(`campaigns/${campaign.id}/leases`, {})
  await make('do-not-call', { number: '+393205550177' })
  await make('webhooks', { url: 'https://host.invalid/', types: ['*'] })
  await make('calendar-feeds', { ownerKind: 'agent', ownerId: agent.id })
  await make('external-calendars', { agentId: agent.id, kind: 'ics', url: 'https://host.invalid/a.ics' })
  await make('api-keys', { name: 'letta', scopes: ['slots:read'] })
  return { agentId: agent.id, locationId: location.id, manageToken: booked.manageToken }
}

/** Invites a person, follows the link and chooses a password; the result is signed in. */
async function signUp(
  stage: Stage,
  make: Make,
  slug: string,
  name: string,
  user: Record<string, unknown>,
): Promise<Credentials> {
  const email = `${name}.${slug}@ufficio.invalid`
  const { user: made, link } = await make('users', { email, name, ...user })
  stage.world.spared.add(made.id)
  const person = credentials(name, slug)
  const { pathname } = new URL(link, 'http://x')
  const answer = await asCaller(stage, person, { method: 'POST', url: pathname, body: `password=${encode(PASSWORD)}` })
  if (!person.cookies.has('agenda_session'))
    throw new Error(`${email} was not let in: ${answer.status} ${answer.text.slice(0, 2000)}`)
  const page = await asCaller(stage, person, { method: 'GET', url: '/agenda/account' })
  person.csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? null
  return person
}

/** A browser with an appointment, a draft and a callback. */
async function bringCitizen(stage: Stage, slug: string, manageToken: string): Promise<Credentials> {
  const citizen = credentials('citizen', slug)
  const get = (url: string): Promise<Answer> => asCaller(stage, citizen, { method: 'GET', url })
  await get(`/${slug}/m/${manageToken}`)
  const [service = ''] = stage.world.values.get('id of services') ?? []
  const times = await get(`/${slug}/book/time?service=${service}`)
  const at = timesIn(times.text)[0]
  const send = async (html: string, part: string, more: [string, string][]): Promise<Answer> => {
    const { action, fields } = formOf(html, part)
    const names = new Set(more.map(([name]) => name))
    const body = [...fields.filter(([name]) => !names.has(name)), ...more]
      .map(([n, v]) => `${encode(n)}=${encode(v)}`)
      .join('&')
    return asCaller(stage, citizen, { method: 'POST', url: action, body })
  }
  if (at !== undefined) {
    const draft = await send(times.text, `/${slug}/book/time`, [['at', at]])
    if (typeof draft.headers.location === 'string') learn(stage, draft.headers.location, draft)
  }
  const ask = await get(`/${slug}/callback`)
  if (ask.status === 200) {
    const promised = await send(ask.text, `/${slug}/callback`, [
      ['number', '3205550144'],
      ['channel', 'phone'],
      ['when', 'now'],
    ])
    if (typeof promised.headers.location === 'string') learn(stage, promised.headers.location, promised)
  }
  return citizen
}

/** Creates a tenant with callers of every kind. */
export async function makeTown(stage: Stage, slug: string, isMain: boolean): Promise<Town> {
  const tenant = {
    slug,
    name: slug,
    timeZone: 'Europe/Rome',
    locale: 'it',
    country: 'IT',
    booking: { captcha: 'none' },
  }
  const { tenant: made, apiKey } = await maker(stage, stage.platformKey)('tenants', tenant)
  const make = maker(stage, apiKey)
  const { agentId, locationId, manageToken } = await furnish(make, stage.world)
  if (!isMain)
    return { slug, tenantId: made.id, key: apiKey, callers: [credentials('other key', slug, bearer(apiKey))] }
  stage.world.spared.add(made.id)
  const keys = await stage.send({ method: 'GET', url: '/v1/api-keys', headers: bearer(apiKey) })
  const own = (JSON.parse(keys.text).items as { id: string; name: string }[]).find((k) => k.name === 'administration')
  if (own) stage.world.spared.add(own.id)
  const callers = [
    ...[credentials('key', slug, bearer(apiKey)), credentials('platform', slug, bearer(stage.platformKey))],
    ...[credentials('manage', slug, bearer(manageToken)), credentials('stranger', slug)],
    credentials('junk', slug, bearer(`agd.${'A'.repeat(43)}.${'A'.repeat(43)}`)),
  ]
  const people: Record<string, Record<string, unknown>> = {
    administrator: { role: 'administrator' },
    supervisor: { role: 'supervisor' },
    agent: { role: 'agent', agentId },
    integrator: { role: 'integrator' },
    auditor: { role: 'auditor' },
    limited: { role: 'supervisor', locationIds: [locationId] },
  }
  for (const [name, user] of Object.entries(people)) callers.push(await signUp(stage, make, slug, name, user))
  callers.push(await bringCitizen(stage, slug, manageToken))
  return { slug, tenantId: made.id, key: apiKey, callers }
}

/** Whether all callers of the town can still get in and its pages are open. */
export async function isWhole(stage: Stage, town: Town): Promise<boolean> {
  for (const one of town.callers) {
    const isPerson = one.csrf !== null
    if (!isPerson && one.name !== 'key' && one.name !== 'stranger') continue
    const url = isPerson ? '/v1/me' : one.name === 'key' ? `/v1/tenants/${town.tenantId}` : `/${town.slug}`
    if ((await asCaller(stage, one, { method: 'GET', url })).status !== 200) return false
  }
  return true
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Collects ids, values, links and forms from an answer. */
export function learn(stage: Stage, url: string, answer: Answer): void {
  if (answer.status >= 400) return
  const type = String(answer.headers['content-type'] ?? '')
  const path = url.split('?')[0]!
  if (type.includes('json')) learnJson(stage.world, path.split('/')[2] ?? '', json(answer.text), stage.random)
  else if (type.includes('html') && answer.text.length < 400_000)
    learnHtml(stage.world, stage.operations, path, answer.text, stage.random)
  const { location } = answer.headers
  if (typeof location === 'string')
    learnHtml(stage.world, stage.operations, path, `<a href="${location}">`, stage.random)
}

/** Reads all lists and pages in two rounds: the second round opens what the first round named. */
export async function explore(stage: Stage, town: Town): Promise<void> {
  const { values, fields } = stage.world
  const named = (name: string): Credentials => town.callers.find((c) => c.name === name)!
  for (let round = 0; round < 2; round += 1)
    for (const op of stage.operations) {
      if (op.method !== 'GET' || op.path.endsWith('/stream') || op.path.startsWith('/docs')) continue
      const known = op.names.map((name) =>
        name === 'tenant'
          ? town.slug
          : (values.get(`${name} in ${op.route}`)?.[0] ?? values.get(`id of ${op.path.split('/')[2]}`)?.[0]),
      )
      if (known.includes(undefined)) continue
      let i = 0
      const path = op.path.replace(/\{\w+\}/g, () => encode(known[i++]!))
      const pairs = [...(fields.get(op.route) ?? [])].flatMap(([name, of]) =>
        of[0] ? [`${encode(name)}=${encode(of[0])}`] : [],
      )
      const who = named(op.path.startsWith('/agenda') ? 'administrator' : op.isPage ? 'citizen' : 'key')
      const addresses = pairs.length > 0 && op.isPage ? [path, `${path}?${pairs.join('&')}`] : [path]
      for (const url of addresses) learn(stage, url, await asCaller(stage, who, { method: 'GET', url }))
    }
}
