// Checks the direction of imports, who writes which table, and what pure files may not use; each failure says what to do.
import { expect, test } from 'vitest'
import { knots, moduleOf, sources, tablesWritten, tests, type SourceFile } from './helpers/house.ts'

/**
 * The layers, lowest first. A file imports from its own module, from lower layers, and inside its layer along ARROWS.
 * Types count: a type that climbs shows that something stands in the wrong place.
 */
const LAYERS: readonly (readonly string[])[] = [
  ['kernel'], // values and algorithms, no I/O, no rules of the product
  ['platform'], // database, pub/sub, jobs, events, requests, secrets: no rules of the product
  ['domain'], // what the product is: configuration, slots, appointments, callbacks
  ['locales'], // words of problems and of the citizens' pages
  ['application'], // what follows from it: messages, calendars, webhooks, queues of contact centers, people who sign in
  ['ui'], // forms and drawings that several pages share
  ['http'], // what all routes share: who may call, problems, headers, records as collections
  ['api', 'site', 'workspace', 'cli'], // the ways in
  ['root'], // puts it together and starts it
  ['client'], // the package for programs of others: only the API connects it with the service
]
const rankOf = (module: string): number => LAYERS.findIndex((names) => names.includes(module.split('/')[0]!))

/** Who may import whom inside a layer; free of circles. A new line is a decision: is the arrow really needed? */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'kernel/crypto': ['kernel'],
  platform: ['platform/database', 'platform/http-client', 'platform/pubsub', 'platform/vault'],
  'platform/audit': ['platform/database'],
  'platform/database': ['platform/tracing'],
  'platform/events': ['platform', 'platform/database', 'platform/schema'],
  'platform/idempotency': ['platform', 'platform/database'],
  'platform/jobs': ['platform', 'platform/database', 'platform/tracing'],
  'platform/pubsub': ['platform/database'],
  'platform/secrets': ['platform', 'platform/database'],
  'platform/vault': ['platform/database'],
  domain: ['domain/availability', 'domain/catalogue/campaign'],
  'domain/appointment': ['domain', 'domain/availability', 'domain/catalogue', 'domain/contact'],
  'domain/availability': ['domain/catalogue'],
  'domain/callback': [
    'domain',
    'domain/availability',
    'domain/catalogue',
    'domain/catalogue/campaign',
    'domain/contact',
  ],
  'domain/callback/contact-list': [
    'domain',
    'domain/appointment',
    'domain/callback',
    'domain/callback/do-not-call',
    'domain/catalogue',
    'domain/catalogue/campaign',
    'domain/contact',
  ],
  'domain/callback/dialing': [
    'domain',
    'domain/availability',
    'domain/callback',
    'domain/callback/do-not-call',
    'domain/catalogue',
    'domain/catalogue/campaign',
    'domain/catalogue/records',
  ],
  'domain/callback/do-not-call': ['domain', 'domain/callback'],
  'domain/callback/promise': [
    'domain',
    'domain/appointment',
    'domain/availability',
    'domain/callback',
    'domain/callback/do-not-call',
    'domain/catalogue',
    'domain/catalogue/campaign',
    'domain/contact',
  ],
  'domain/catalogue': ['domain/catalogue/campaign', 'domain/tenant'],
  'domain/catalogue/records': ['domain', 'domain/tenant'],
  'domain/catalogue/resources': [
    'domain/availability',
    'domain/catalogue',
    'domain/catalogue/records',
    'domain/tenant',
  ],
  'domain/contact': ['domain', 'domain/catalogue/records', 'domain/tenant'],
  'domain/waiting-room': ['domain', 'domain/tenant'],
  'domain/script': [
    'domain',
    'domain/appointment',
    'domain/callback',
    'domain/catalogue',
    'domain/catalogue/campaign',
    'domain/catalogue/records',
    'domain/contact',
  ],
  application: [
    'application/calendars',
    'application/follow-up',
    'application/messaging',
    'application/notifications',
    'application/reminders',
    'application/waiting-list',
    'application/webhooks',
  ],
  'application/calendars': ['application/messaging'],
  'application/citizen-access': ['application/messaging', 'application/openid', 'application/reminders'],
  'application/follow-up': ['application/notifications'],
  'application/identity': ['application/messaging', 'application/openid'],
  'application/notifications': ['application/calendars', 'application/messaging'],
  'application/onboarding': ['application/identity'],
  'application/privacy': ['application/messaging', 'application/waiting-list', 'application/webhooks'],
  'application/rearranging': ['application/messaging', 'application/notifications'],
  'application/reminders': ['application/messaging', 'application/notifications'],
  'application/test-mode': ['application/dispatch', 'application/onboarding'],
  'application/waiting-list': ['application/messaging', 'application/notifications'],
  'application/webhooks': ['application/identity', 'application/messaging'],
  'http/openapi': ['http'],
  'site/appointment': ['site', 'site/booking'],
  'site/booking': ['site'],
  'site/callback': ['site', 'site/booking'],
  'site/mine': ['site', 'site/booking'],
  'site/public-api': ['site', 'site/booking'],
  'site/waiting-room': ['site', 'site/booking'],
  workspace: [
    'workspace/admin',
    'workspace/agenda',
    'workspace/callbacks',
    'workspace/contact',
    'workspace/frame',
    'workspace/reports',
    'workspace/scripts',
    'workspace/team',
  ],
  'workspace/account': ['api', 'workspace/frame'],
  'workspace/admin': ['api', 'workspace/frame', 'workspace/team', 'workspace/words'],
  'workspace/agenda': ['api', 'workspace/frame'],
  'workspace/callbacks': ['workspace/agenda', 'workspace/frame'],
  'workspace/contact': ['api', 'workspace/agenda', 'workspace/callbacks', 'workspace/frame'],
  'workspace/frame': ['api', 'workspace/words'],
  'workspace/reports': ['api', 'workspace/frame'],
  'workspace/scripts': ['api', 'workspace/contact', 'workspace/frame'],
  'workspace/sign-in': ['site', 'workspace/frame', 'workspace/words'],
  'workspace/team': ['api', 'workspace/callbacks', 'workspace/frame'],
}

/** Which module writes a table; modules inside it may, too. Reading is free. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  'platform/audit': ['audit_entries', 'audit_seals'],
  'platform/events': ['events'],
  'platform/idempotency': ['idempotency_keys'],
  'platform/jobs': ['jobs'],
  'platform/secrets': ['tenant_secrets'],
  'platform/vault': ['data_keys'],
  'platform/database': ['schema_migrations'],
  'domain/tenant': ['tenants', 'tenant_slugs'],
  'domain/catalogue': ['agents', 'schedules'],
  'domain/contact': ['contacts', 'contact_means', 'contact_merges', 'contact_notes'],
  'domain/availability': ['agent_calendars', 'reservations', 'usage_counters'],
  'domain/appointment': ['appointments'],
  'domain/callback': [
    ...['callbacks', 'callback_buckets', 'callback_counts', 'campaign_states', 'deliveries'],
    ...['contact_loads', 'load_refusals', 'do_not_call'],
  ],
  'domain/waiting-room': ['waiting_rooms', 'waiting_draws', 'waiting_forms'],
  'domain/script': ['scripts', 'script_versions', 'script_runs', 'script_run_steps'],
  'application/identity': ['api_keys', 'users', 'sessions', 'passkeys', 'one_time_links', 'sign_in_failures'],
  'application/messaging': ['messages', 'message_templates', 'text_gateways', 'suppressions', 'inbound_messages'],
  'application/presence': ['agent_states', 'screen_pops'],
  'application/calendars': ['calendar_feeds', 'external_calendars', 'external_busy'],
  'application/privacy': ['consents'],
  'application/waiting-list': ['waiting_entries'],
  'application/webhooks': ['webhooks', 'webhook_deliveries'],
  'site/booking': ['booking_drafts'],
  'application/citizen-access': ['citizen_access'],
}
/** Statements that write a table of somebody else, and why. */
const GUESTS: Readonly<Record<string, string>> = {
  'src/platform/events/event.sql.ts jobs': 'an event and the job that relays it are one statement',
  ...Object.fromEntries(
    ['tenant_secrets', 'text_gateways', 'external_calendars', 'users'].map((table) => [
      `src/platform/vault/secret-columns.sql.ts ${table}`,
      'a new key seals the secret columns of all tables again',
    ]),
  ),
}

const offenders = (rule: (file: SourceFile) => string[]): string[] =>
  sources.flatMap((file) => rule(file).map((what) => `${file.path}: ${what}`))
const ours = sources.flatMap((file) =>
  file.imports.filter(({ to }) => to.startsWith('src/')).map((one) => ({ ...one, from: file.path })),
)
const between = ours
  .map((one) => ({ ...one, a: moduleOf(one.from), b: moduleOf(one.to) }))
  .filter(({ a, b }) => a !== b)

test('every module belongs to a layer', () => {
  expect([...new Set(sources.map(({ path }) => moduleOf(path)))].filter((module) => rankOf(module) < 0)).toEqual([])
})

test('imports go down the layers, types included', () => {
  const climbing = between
    .filter(({ a, b }) => rankOf(a) < rankOf(b))
    .map(
      ({ from, to, names, a, b }) =>
        `${from} imports ${names.join(', ') || 'from'} ${to}: ${a} is below ${b}. Move ${names.join(', ') || 'it'} down ` +
        `to ${a} or below it, or let the caller in ${b} hand it in.`,
    )
  expect(climbing).toEqual([])
})

test('inside a layer imports follow the table of arrows', () => {
  const stray = between
    .filter(({ a, b }) => rankOf(a) === rankOf(b) && !(ARROWS[a] ?? []).includes(b))
    .map(({ from, to, names, a, b }) => {
      const back = (ARROWS[b] ?? []).includes(a)
      return (
        `${from} imports ${names.join(', ')} from ${to}: no arrow ${a} → ${b}. ` +
        (back
          ? `The arrow runs the other way: ${b} uses ${a}, so let ${b} call or hand it in.`
          : 'Is it needed? Then add it.')
      )
    })
  expect(stray).toEqual([])
  const used = new Set(between.map(({ a, b }) => `${a} ${b}`))
  const unused = Object.entries(ARROWS).flatMap(([a, list]) =>
    list.filter((b) => !used.has(`${a} ${b}`)).map((b) => `${a} → ${b}`),
  )
  expect(unused, 'arrows that nobody needs any more').toEqual([])
})

test('no modules and no files import each other in a circle', () => {
  const ofModules = knots(between.map(({ a, b }) => [a, b] as const))
  const ofFiles = knots(ours.map(({ from, to }) => [from, to] as const))
  const running = knots(ours.filter(({ isType }) => !isType).map(({ from, to }) => [from, to] as const))
  const modules = new Set(sources.map(({ path }) => moduleOf(path)))
  console.log(
    `${sources.length} files in ${modules.size} modules, ${new Set(between.map(({ a, b }) => `${a} ${b}`)).size} arrows; ` +
      `largest knot of modules ${Math.max(1, ...ofModules.map((k) => k.length))}, arrows up ` +
      `${between.filter(({ a, b }) => rankOf(a) < rankOf(b)).length}, circles of files ${ofFiles.length} (${running.length} at run time)`,
  )
  expect({ ofModules, ofFiles }).toEqual({ ofModules: [], ofFiles: [] })
})

test('the client imports nothing of the service, and the service nothing of the client', () => {
  const isClient = (path: string): boolean => path.startsWith('src/client/')
  expect(
    sources.flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ to }) =>
            isClient(path) !== isClient(to) && (isClient(path) ? !to.startsWith('node:') : to.startsWith('src/')),
        )
        .map(({ to }) => `${path} → ${to}`),
    ),
  ).toEqual([])
})

test('what is exported is imported somewhere, tests included', () => {
  // src/start.js runs the first, vitest the second.
  const used = new Set(['src/main.ts', 'test/helpers/global-setup.ts', 'src/client/index.ts'])
  for (const { imports } of [...sources, ...tests])
    for (const { to, names } of imports) {
      // `import * as schema` and `import()` use all of a file.
      if (names.length === 0) used.add(to)
      for (const name of names) used.add(`${to} ${name}`)
    }
  expect(
    [...sources, ...tests].flatMap(({ path, exports }) =>
      used.has(path) ? [] : exports.filter((name) => !used.has(`${path} ${name}`)).map((name) => `${path}: ${name}`),
    ),
    'not imported anywhere: drop `export`, or the code',
  ).toEqual([])
})

test('only a table’s own module writes it', () => {
  const ownerOf = (table: string): string | undefined =>
    Object.keys(OWNERS).find((module) => OWNERS[module]!.includes(table))
  const strangers = sources.flatMap((file) =>
    tablesWritten(file).flatMap((table) => {
      const owner = ownerOf(table)
      const module = moduleOf(file.path)
      if (owner === undefined) return [`${file.path} writes ${table}: no module owns it. Add it to OWNERS.`]
      if (module === owner || module.startsWith(`${owner}/`) || GUESTS[`${file.path} ${table}`] !== undefined) return []
      return [`${file.path} writes ${table}, which ${owner} owns: put the statement there and call it.`]
    }),
  )
  expect(strangers).toEqual([])
  const written = new Set(sources.flatMap(tablesWritten))
  expect(
    Object.values(OWNERS)
      .flat()
      .filter((table) => !written.has(table)),
    'tables nobody writes',
  ).toEqual([])
})

test('pure files do not read the clock, the environment or randomness, and import no driver or framework', () => {
  // The result of a pure file must depend on its arguments only: an oracle, a replay or an explanation can then repeat it.
  const forbidden = [/\bDate\.now\b/, /\bnew Date\(\s*\)/, /\bDateTime\.now\b/, /\bMath\.random\b/, /\bprocess\./]
  expect(
    offenders(({ isPure, code, imports }) =>
      isPure
        ? [
            ...forbidden.filter((pattern) => pattern.test(code)).map(String),
            ...imports
              .filter((i) => !i.isType && ['kysely', 'fastify', 'pg', '@electric-sql/pglite'].includes(i.to))
              .map((i) => i.to),
          ]
        : [],
    ),
  ).toEqual([])
})

test('pure files import pure files only (types aside)', () => {
  const pure = new Set(sources.filter((f) => f.isPure).map((f) => f.path))
  const allowed = new Set([
    'src/kernel/errors.ts',
    'src/domain/catalogue/holidays.ts',
    'src/locales/en.ts',
    'src/locales/it.ts',
  ])
  expect(
    offenders(({ isPure, imports }) =>
      isPure
        ? imports
            .filter((i) => !i.isType && i.to.startsWith('src/'))
            .map((i) => i.to)
            .filter((to) => !pure.has(to) && !allowed.has(to))
        : [],
    ),
  ).toEqual([])
})

test('the clock is read in main.ts and a few named files, the environment in main.ts only', () => {
  // Time is injected, so that tests can step it and an import can replay the past.
  const exempt = new Set([
    'src/main.ts',
    'src/cli/dump.ts',
    'src/serve.ts',
    'src/platform/database/folder-lock.ts',
    'src/platform/database/embedded.ts',
    'src/platform/database/embedded-engine.ts',
    'src/cli/import.cli.ts',
    // The client runs in programs of others, with their clock.
    'src/client/agenda.ts',
    'src/client/cli.ts',
    'src/client/webhook.ts',
  ])
  expect(
    offenders(({ path, code }) =>
      exempt.has(path)
        ? []
        : [/\bDate\.now\b/, /\bnew Date\(\s*\)/, /\bprocess\.env\b/, /\bMath\.random\b/]
            .filter((p) => p.test(code))
            .map(String),
    ),
  ).toEqual([])
  expect(
    offenders(({ path, code }) =>
      path !== 'src/main.ts' && path !== 'src/client/cli.ts' && /\bprocess\.env\b/.test(code) ? ['process.env'] : [],
    ),
  ).toEqual([])
})

test('Kysely is used in *.sql.ts, platform/database and cli/dump.ts only', () => {
  // All SQL of a table is in one place, where the rules for a distributed engine are applied.
  expect(
    offenders(({ path, imports }) =>
      path.endsWith('.sql.ts') || path.startsWith('src/platform/database/') || path === 'src/cli/dump.ts'
        ? []
        : imports.filter((i) => !i.isType && i.to === 'kysely').map((i) => i.to),
    ),
  ).toEqual([])
})

test('transactions start in the domain, the application and a few named files only', () => {
  const starters = new Set([
    ...['src/http/resource.routes.ts', 'src/api/tenant.routes.ts'],
    ...['src/site/booking/confirm-draft.ts', 'src/site/booking/drafts.ts', 'src/site/booking/send-links.ts'],
  ])
  expect(
    offenders(({ path, code }) =>
      !/^src\/(platform|domain|application|cli)\//.test(path) &&
      !starters.has(path) &&
      /\b(transaction|atomically)\(/.test(code)
        ? ['starts a transaction']
        : [],
    ),
  ).toEqual([])
})

test('the domain and what follows from it answer in their own terms', () => {
  // Status, headers and body are made in http and api; the same act serves REST, pages, jobs and commands.
  const ofTheEdge = new Set(['fastify', 'src/platform/idempotency/idempotency.ts'])
  expect(
    offenders(({ path, imports }) =>
      /^src\/(kernel|domain|locales|application)\//.test(path)
        ? imports
            .filter((i) => ofTheEdge.has(i.to))
            .map((i) => `imports ${i.to}: let the caller in http or api do that`)
        : [],
    ),
  ).toEqual([])
})

test('files that comments name exist', () => {
  const names = new Set([...sources, ...tests].flatMap(({ path }) => [path, path.split('/').pop()!]))
  // Names with a slash before them are checked from their folder on.
  const isThere = (name: string): boolean => names.has(name) || [...names].some((path) => path.endsWith(`/${name}`))
  expect(
    offenders(({ text }) =>
      [...text.matchAll(/^\s*(?:\/\/|\*|\/\*\*).*$/gm)]
        .flatMap(([line]) => [...line.matchAll(/(?<![\w*./-])([a-z][\w./-]*\.ts)\b/g)].map((match) => match[1]!))
        .filter((name) => !isThere(name)),
    ),
  ).toEqual([])
})

test('rrule is imported in kernel/time/recurrence.ts only', () => {
  // rrule gives wrong results with time zones attached; that file expands rules in local (floating) time.
  expect(
    offenders(({ path, imports }) =>
      path === 'src/kernel/time/recurrence.ts' ? [] : imports.filter((i) => i.to === 'rrule').map((i) => i.to),
    ),
  ).toEqual([])
})

test('AppError is the only class beside the adapters of pg and PGlite', () => {
  const adapters = new Set([
    'src/kernel/errors.ts',
    'src/platform/database/pipeline.ts',
    'src/platform/database/embedded-engine.ts',
    // The client has its own error classes, because it shares nothing with the service.
    'src/client/agenda-error.ts',
    'src/client/webhook.ts',
  ])
  expect(
    offenders(({ path, code }) => (!adapters.has(path) && /^\s*(export )?class /m.test(code) ? ['class'] : [])),
  ).toEqual([])
})

test('every file opens with what it owns, and no file is named utils, common or helpers', () => {
  expect(
    offenders(({ path, text }) =>
      (/^(#!.*\n)?\/\//.test(text) ? [] : ['no opening comment']).concat(
        /\/(utils|common|helpers)\b/.test(path) ? ['name says nothing'] : [],
      ),
    ),
  ).toEqual([])
})

test('no source file is over 400 lines; the texts of a language, which are a table, have 500', () => {
  const most = (path: string): number => (path.startsWith('src/locales/') ? 500 : 400)
  expect(
    offenders(({ path, text }) => (text.split('\n').length > most(path) ? [`${text.split('\n').length} lines`] : [])),
  ).toEqual([])
})
