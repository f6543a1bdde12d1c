// What must be true of every answer, and the faults that were found, grouped by route and cause, each with the shortest request that
// shows it.
import { HASHING, type FuzzRequest } from './generator.ts'
import type { Answer } from './transport.ts'

/** A failure that the service itself logged. */
export type Noted = { id: string; what: string; frames: string[]; /** Time of the performance clock. */ at: number }
type Fault = {
  kind: string
  route: string
  caller: string
  request: FuzzRequest
  seen: string
  /** Ids in the answer; one of them is the id of the request. */
  ids: string[]
  status: number
  /** Time of the answer, performance clock. */
  at: number
}
type Group = {
  kind: string
  routes: string[]
  cause: string
  count: number
  callers: string[]
  fault: Fault
  frames: string[]
}

export const SLOW = 2_000

const STACK = /\n\s+at [^\n]*(\(|\/|:\d+:\d+)|node_modules\/|file:\/\/\/|node:internal/
const SQL =
  /syntax error at or near|violates [a-z-]+ constraint|invalid input syntax|relation "[^"]+" does not exist|(select|insert into|update|delete from) "[a-z_]+"[\s.]|duplicate key value|SQLSTATE/i

const ownFrame = (frames: readonly string[]): string | undefined => frames.find((f) => f.includes('/src/'))
const placeOf = (frame: string): string => /(src\/[^\s)]+?:\d+)/.exec(frame)?.[1] ?? frame.trim()
/** The client left during its request, so no answer can belong to this log entry. */
const isOfLeaving = (noted: Noted): boolean => noted.frames.some((f) => f.includes('abortIncoming'))
const isThrownOn = (noted: Noted): boolean => noted.frames.some((f) => /at thrown /.test(f))

/** The faults of one answer, as pairs of kind and observation. */
export function faultsIn(
  request: Pick<FuzzRequest, 'method' | 'url' | 'isStream'>,
  answer: Answer,
): [kind: string, seen: string][] {
  const faults: [string, string][] = []
  const { status, text } = answer
  const type = String(answer.headers['content-type'] ?? '')
  const head = text.slice(0, 400)
  if (status >= 500) faults.push([`status ${status}`, head])
  const hasBody = request.method !== 'HEAD' && text !== ''
  const isOfApi = /^\/v1(\/|$)/.test(request.url)
  if (hasBody && /json/.test(type) && !/ndjson/.test(type)) {
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch {
      if (text.length < 1_900_000) faults.push(['unreadable JSON', head])
    }
    const code = body === null || typeof body !== 'object' ? undefined : (body as { code?: unknown }).code
    if (status >= 400 && (!type.includes('application/problem+json') || typeof code !== 'string'))
      faults.push(['refusal is no problem document', `${status} ${type} ${head}`])
  } else if (hasBody && status >= 400 && isOfApi)
    faults.push(['refusal of the API is no problem document', `${status} ${type} ${head}`])
  // The API description and the assets of the documentation contain code on purpose.
  if (!/^\/(docs|openapi|assets|widget)/.test(request.url)) {
    if (STACK.test(text)) faults.push(['stack trace in an answer', STACK.exec(text)![0].slice(0, 200)])
    if (SQL.test(text)) faults.push(['SQL in an answer', SQL.exec(text)![0]])
  }
  return faults
}

/** Request ids are UUID version 7; on a page with many ids any of them may be the request id. */
const idsIn = (text: string): string[] => [
  ...new Set((text.match(/\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g) ?? []).slice(0, 400)),
]

/** A write shows the cause of what later reads run into. */
const size = (r: FuzzRequest): number =>
  (r.kind === 'read' ? 1e6 : 0) + r.url.length + (r.body?.length ?? 0) + Object.values(r.headers).join('').length
/** As many examples of a kind on one route are kept with their request. */
const KEPT = 60

export type Judge = ReturnType<typeof newJudge>

export function newJudge() {
  const faults: Fault[] = []
  const kept = new Map<string, number>()
  const statuses = new Map<string, number>()
  const routes = new Map<string, Map<string, number>>()
  const slowest: { ms: number; request: FuzzRequest; status: number }[] = []
  const suspects: FuzzRequest[] = []

  function add(kind: string, request: FuzzRequest, seen: string, ids: string[] = [], status = 0): void {
    const name = `${kind} ${request.route}`
    const count = (kept.get(name) ?? 0) + 1
    kept.set(name, count)
    const fault = { kind, route: request.route, caller: request.caller, request, seen, ids, status }
    if (count <= KEPT) faults.push({ ...fault, at: performance.now() })
  }

  function time(request: FuzzRequest, ms: number, status: number): void {
    if (slowest.length < 10 || ms > slowest.at(-1)!.ms) {
      slowest.push({ ms, request, status })
      slowest.sort((a, b) => b.ms - a.ms)
      slowest.length = Math.min(10, slowest.length)
    }
    if (ms > SLOW && !HASHING.test(request.route) && suspects.length < 200) suspects.push(request)
  }

  return {
    faults,
    suspects,
    slowest,
    statuses,
    routes,
    add,
    see(request: FuzzRequest, answer: Answer): void {
      const bump = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1)
      bump(statuses, String(answer.status))
      let route = routes.get(request.route)
      if (!route) routes.set(request.route, (route = new Map()))
      bump(route, `${Math.floor(answer.status / 100)}xx`)
      if (!request.isStream) time(request, answer.ms, answer.status)
      const ids = answer.status >= 500 ? idsIn(answer.text) : []
      for (const [kind, seen] of faultsIn(request, answer)) add(kind, request, seen, ids, answer.status)
    },
  }
}

/** A log entry and an answer closer than this (ms) belong together: for pages that pass on the failure of an inner call. */
const NEAR = 1_000

/** The log entry of each fault. Entries that belong to no fault are failures that no answer showed. */
function notesOf(faults: readonly Fault[], notes: readonly Noted[]): { of: Map<Fault, Noted>; others: Noted[] } {
  const byId = new Map(notes.map((n) => [n.id, n]))
  const of = new Map<Fault, Noted>()
  const used = new Set<Noted>()
  const failures = faults.filter((f) => f.status >= 500)
  for (const fault of failures) {
    const noted = fault.ids.map((id) => byId.get(id)).find((n) => n !== undefined)
    if (noted) used.add(noted)
    if (noted && !isThrownOn(noted)) of.set(fault, noted)
  }
  for (const fault of failures) {
    if (of.has(fault)) continue
    const distance = (n: Noted): number => Math.abs(n.at - fault.at)
    const near = notes.filter((n) => !used.has(n) && !isThrownOn(n) && !isOfLeaving(n) && distance(n) < NEAR)
    const nearest = near.sort((a, b) => distance(a) - distance(b))[0]
    if (!nearest) continue
    of.set(fault, nearest)
    used.add(nearest)
  }
  return { of, others: notes.filter((n) => !used.has(n) && !isThrownOn(n)) }
}

const NOBODY: Omit<FuzzRequest, 'route'> = {
  ...{ n: -1, caller: '?', method: '', url: '', headers: {}, body: undefined, from: '', kind: 'log', isStream: false },
}

/** Text of an answer without the parts that differ between answers. */
const plain = (text: string): string =>
  /^\d{3} .*?"code":"FST_\w+"/s.exec(text)?.[0].replace(/\{.*"code":"/s, '') ??
  text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')
    .replace(/'[^']*'/g, '…')
    .replace(/"(title|detail|instance)":"[^"]*",?/g, '')
    .slice(0, 160)

/** What was logged and where. All database failures come from one place, so the contents of the request distinguish them. */
function causeOf(noted: Noted, { url, body = '' }: FuzzRequest): string {
  const frame = ownFrame(noted.frames) ?? noted.frames[0]
  const place = frame === undefined ? '' : ` at ${placeOf(frame).replace(/^at /, '')}`
  const isUrn = place.includes('src/platform/database/') && /urn(:|%3A)uuid/i.test(url + body)
  return `${noted.what.replace(/"[^"]*"/g, '…')}${place}${isUrn ? ', of a request with urn:uuid:' : ''}`
}

/** Distinct faults: the same kind with the same cause is one fault, on any number of routes. */
export function groupsOf(faults: readonly Fault[], notes: readonly Noted[]): Group[] {
  const groups = new Map<string, Group>()
  const { of, others } = notesOf(faults, notes)
  const put = (fault: Fault, noted: Noted | undefined): void => {
    const cause = noted ? causeOf(noted, fault.request) : `${fault.route}: ${plain(fault.seen)}`
    // Refusals of the framework and of Node are one fault, on any route.
    const isOfHttp = fault.seen.includes('FST_ERR') || /"statusCode":\d+\}$/.test(fault.seen)
    const name = `${fault.kind}|${isOfHttp && !noted ? plain(fault.seen) : cause}`
    const group = groups.get(name)
    const { kind, route, caller } = fault
    if (!group) {
      groups.set(name, {
        kind,
        routes: [route],
        cause,
        count: 1,
        callers: [caller],
        fault,
        frames: noted?.frames ?? [],
      })
      return
    }
    group.count += 1
    if (!group.callers.includes(caller)) group.callers.push(caller)
    if (!group.routes.includes(route)) group.routes.push(route)
    if (size(fault.request) < size(group.fault.request)) group.fault = fault
  }
  for (const fault of faults) put(fault, of.get(fault))
  // For kinds of which not every example is kept, the remaining log entries are listed too.
  const known = new Set([...of.values()].map((n) => n.what + n.frames[0]))
  for (const noted of others.filter((n) => !known.has(n.what + n.frames[0]))) {
    const route = 'noted in the log only'
    const request = { ...NOBODY, route }
    put(
      { kind: 'failure that no answer told', route, caller: '?', request, seen: '', ids: [], status: 0, at: noted.at },
      noted,
    )
  }
  return [...groups.values()].sort((a, b) => a.kind.localeCompare(b.kind) || a.cause.localeCompare(b.cause))
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`

const PROOFS = new Set(['cookie', 'authorization', 'x-agenda-csrf'])
/** Headers without the caller's credentials; the caller is named instead. */
const headersText = (headers: Record<string, string>): string =>
  cut(JSON.stringify(Object.fromEntries(Object.entries(headers).filter(([name]) => !PROOFS.has(name)))), 600)

/** A group as text, with everything that is needed to reproduce it. */
export function groupText(group: Group): string {
  const { request: r, seen } = group.fault
  const more = group.routes.length > 12 ? ` and ${group.routes.length - 12} more` : ''
  return [
    `${group.kind}: ${group.routes.slice(0, 12).join(', ')}${more}`,
    `  cause    ${group.cause}   (seen ${group.count} times or more, by ${group.callers.join(', ')})`,
    ...group.frames
      .slice(0, 6)
      .map((f) => `           ${f.trim().replace(/(file:\/\/)?\/[^\s()]*\/(src|node_modules)\//, '$2/')}`),
    `  request  ${r.method} ${cut(r.url, 600)}   (number ${r.n}, ${r.kind}, by ${r.caller})`,
    `  headers  ${headersText(r.headers)}`,
    ...(r.body === undefined ? [] : [`  body     ${cut(JSON.stringify(r.body), 900)}`]),
    `  answer   ${cut(JSON.stringify(seen), 300)}`,
  ].join('\n')
}
