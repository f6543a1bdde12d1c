// Starts configuration → database → migrations → application → loops, and stops them in reverse order.
// Only this file reads the environment; it hands the clock to all others.
import { jsonText } from './cli/json-text.ts'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { earliestDue } from './domain/callback/dialing/claim.sql.ts'
import { createDueClock } from './platform/pubsub/due-clock.ts'
import { createSnapshots } from './domain/availability/snapshots.ts'
import { hashSecret } from './kernel/crypto/token.ts'
import { envExample, readConfig, settingsHelp, type Config } from './platform/config.ts'
import { createPubSub } from './platform/pubsub/pubsub.ts'
import { migrate } from './platform/database/migrate.ts'
import { openDatabase, whenAvailable } from './platform/database/open.ts'
import type { Deps } from './domain/deps.ts'
import { AppError } from './kernel/errors.ts'
import { problemWords } from './locales/words.ts'
import { createRequest, postBy } from './platform/http-client/post.ts'
import { addressIn } from './application/messaging/message.ts'
import { pooledBytes } from './kernel/uuid.ts'
import { createTenantClocks, quietInTests } from './platform/tenant-clocks.ts'
import { readTestClock } from './domain/tenant/test-tenant.sql.ts'
import { installationKeys } from './platform/vault/keys.ts'
import { createVault } from './platform/vault/vault.ts'

const HELP = `Agenda: appointments, availability and callbacks.

  agenda [start]               run the service
  agenda administrator TENANT  print the link for the first administrator of a tenant
  agenda import                load appointments from CSV (agenda import --help)
  agenda audit verify          compute the hashes of the audit log again; [TENANT] [NUMBER:HASH] checks one and a seal kept elsewhere
  agenda dump [FILE]           write everything but secrets to a file (or standard output); --with-secrets keeps them, sealed
  agenda restore FILE          load such a file into an empty database
  agenda distribute            spread the tables over the nodes of a Citus cluster, by tenant
  agenda partition             put the tables that only grow into partitions by month; --keep-months N detaches older ones
  agenda rotate-key            seal with the first of AGENDA_SECRET_KEY what was sealed with another, or not at all
  agenda env-example           print .env.example
  agenda openapi               print the API description
  --help                       this text

Settings (flag, variable):
${settingsHelp()}
  --no-demo                    the same as --demo false
`

type Arguments = { command: string; rest: string[]; flags: Map<string, string> }

/** Splits the command line; unknown flags stay in `rest` for the command to check. */
export function parseArguments(argv: readonly string[]): Arguments {
  const flags = new Map<string, string>()
  const rest: string[] = []
  const known = new Set(['--data', '--host', '--port', '--role', '--demo'])
  for (let i = 0; i < argv.length; i += 1) {
    const [name = '', ...value] = argv[i]!.split('=')
    if (name === '--no-demo') flags.set('--demo', 'false')
    else if (known.has(name)) flags.set(name, value.length > 0 ? value.join('=') : (argv[(i += 1)] ?? ''))
    else rest.push(argv[i]!)
  }
  const command = rest[0] !== undefined && !rest[0].startsWith('-') ? rest.shift()! : 'start'
  return { command, rest, flags }
}

type DepsConfig = Pick<Config, 'platformKey'> &
  Partial<Pick<Config, 'publicUrl' | 'publicRate' | 'apiRate' | 'mailFrom' | 'privateTargets' | 'breachedUrl'>>

export function createDeps(
  db: Deps['db'],
  config: DepsConfig,
  real: () => number = Date.now,
  keys: readonly Buffer[] = [],
): Deps {
  const bytes = pooledBytes(randomBytes)
  const pubsub = createPubSub(db)
  const clocks = createTenantClocks(real, bytes, (tenantId) => readTestClock(db.kysely, tenantId))
  const { now, newId } = clocks
  const request = quietInTests(clocks, createRequest(config.privateTargets ?? false))
  return {
    db,
    now,
    clocks,
    pubsub,
    due: createDueClock(
      pubsub,
      (tenantId) => clocks.inTimeOf(tenantId, now),
      (tenantId, campaignId, since) => earliestDue(db.kysely, tenantId, campaignId, since),
    ),
    connectors: {},
    newId,
    randomBytes: bytes,
    vault: createVault({ db, keys, randomBytes: bytes, newId, now }),
    snapshots: createSnapshots(db, now, pubsub),
    platformKeyHash: config.platformKey === undefined ? undefined : hashSecret(config.platformKey),
    links: { base: config.publicUrl ?? '' },
    mail: null,
    mayUsePrivate: config.privateTargets ?? false,
    request,
    post: postBy(request),
    setUpToken: Buffer.from(bytes(24)).toString('base64url'),
    breachedUrl: config.breachedUrl,
    tally: new Map(),
    mailAddress: addressIn(config.mailFrom ?? 'no-reply@localhost'),
    publicRate: config.publicRate ?? 60,
    apiRate: config.apiRate ?? 6_000,
    isStopping: false,
  }
}

async function openDeps(config: Config): Promise<Deps> {
  const keys = installationKeys(config, (text) => void process.stderr.write(`${text}\n`))
  const { databaseUrl: url, data: folder, poolSize, pooler, replicaUrl, replicaWait: patience } = config
  const replica = replicaUrl === undefined ? undefined : { url: replicaUrl, patience }
  const options = { url, folder, poolSize, pooler, replica, isTraced: config.otlpUrl !== undefined }
  const open = async (): Promise<Deps> => {
    const db = await openDatabase(options)
    try {
      await migrate(db.pool, new Date())
      return createDeps(db, config, Date.now, keys)
    } catch (error) {
      await db.close()
      throw error
    }
  }
  return whenAvailable(open, () => process.stderr.write('The database does not answer yet; waiting up to a minute\n'))
}

/**
 * The URL at which notifications between processes arrive; undefined if they would be lost in a pooler. Throws `invalid_setting` for a
 * pooler that loses prepared statements while AGENDA_POOLER does not say so.
 */
async function urlToListenAt({ databaseUrl, directUrl, pooler }: Config): Promise<string | undefined> {
  const { poolerAt } = await import('./platform/database/pooler.ts')
  const kind = pooler ?? (await whenAvailable(() => poolerAt(databaseUrl!)))
  if (kind === 'unfit') {
    const expected =
      'the pooler before this database loses prepared statements: set AGENDA_POOLER=transaction, or use PgBouncer 1.21 or newer ' +
      'with max_prepared_statements'
    throw new AppError('invalid_setting', { name: 'DATABASE_URL', expected })
  }
  return directUrl ?? (kind === 'direct' ? databaseUrl : undefined)
}

/** Opens the installation's connectors; tenants configure HTTP addresses, the operator configures the broker. */
async function openConnectors(deps: Deps, config: Config): Promise<Deps['connectors']> {
  const { httpConnector } = await import('./application/dispatch/http.connector.ts')
  const { logConnector } = await import('./application/dispatch/log.connector.ts')
  const connectors: Deps['connectors'] = {
    http: httpConnector(deps, deps.post),
    log: logConnector((line) => process.stdout.write(`${line}\n`)),
  }
  if (config.amqpUrl !== undefined) {
    const { amqpConnector } = await import('./application/dispatch/amqp.connector.ts')
    // The connector reconnects by itself, so errors are ignored here; the campaign's queue shows them to users.
    connectors.amqp = amqpConnector(config.amqpUrl, deps.now, () => undefined)
  }
  return connectors
}

async function startTraces({ otlpUrl: url, role, tracePercent: percent }: Config): Promise<() => Promise<void>> {
  if (url === undefined) return () => Promise.resolve()
  const { startTracing } = await import('./platform/tracing/trace-exporter.ts')
  return startTracing({ url, role, percent })
}

async function start(config: Config): Promise<void> {
  const began = performance.now()
  const stopTracing = await startTraces(config)
  // Read while the database opens; what fails to load is thrown where it is awaited.
  const serving = import('./serve.ts')
  serving.catch(() => undefined)
  const deps = await openDeps(config)
  if (config.smtpUrl !== undefined) {
    const { smtpSender } = await import('./application/messaging/smtp.ts')
    const { dkimKeyFile, dkimSelector: keySelector } = config
    const domainName = deps.mailAddress.split('@')[1] ?? 'localhost'
    const dkim = dkimKeyFile && { domainName, keySelector, privateKey: readFileSync(dkimKeyFile, 'utf8') }
    deps.mail = smtpSender(config.smtpUrl, config.mailFrom, config.mailConnections, dkim || undefined).send
  }
  if (config.databaseUrl !== undefined) {
    const listenUrl = await urlToListenAt(config)
    if (listenUrl !== undefined) deps.pubsub.connect(listenUrl)
  } else {
    // A data folder of an earlier version may hold plain secrets: seal them now.
    const { rotateKey } = await import('./cli/rotate-key.ts')
    await rotateKey(deps)
  }
  deps.connectors = await openConnectors(deps, config)
  const { serve } = await serving
  await serve(deps, config, began, stopTracing)
}

/** The API description; building the application touches no database. */
async function describeApi(): Promise<string> {
  const { buildApp } = await import('./app.ts')
  const nowhere = undefined as unknown as Deps['db']
  const app = await buildApp(createDeps(nowhere, { platformKey: undefined }), { logLevel: 'silent', trustProxy: false })
  await app.ready()
  return `${jsonText(app.swagger())}\n`
}

async function run({ command, rest, flags }: Arguments): Promise<void> {
  if (rest.includes('--help') && command !== 'import') return void process.stdout.write(HELP)
  if (command === 'env-example') return void process.stdout.write(envExample())
  if (command === 'openapi') return void process.stdout.write(await describeApi())
  const config = readConfig(process.env, flags)
  switch (command) {
    case 'start':
      return start(config)
    case 'import': {
      const { runImport } = await import('./cli/import.cli.ts')
      return runImport(rest, () => openDeps(config))
    }
    case 'administrator': {
      const { runAdministrator } = await import('./cli/administrator.cli.ts')
      return runAdministrator(rest[0] ?? '', config.publicUrl ?? `http://localhost:${config.port}`, () =>
        openDeps(config),
      )
    }
    case 'rotate-key': {
      const { runRotateKey } = await import('./cli/rotate-key.cli.ts')
      return runRotateKey(() => openDeps(config))
    }
    case 'audit': {
      const { runAudit } = await import('./cli/audit.cli.ts')
      return runAudit(rest, () => openDeps(config))
    }
    case 'distribute': {
      const { runDistribute } = await import('./cli/distribute.cli.ts')
      return runDistribute(config, new Date())
    }
    case 'partition': {
      const { runPartition } = await import('./cli/partition.cli.ts')
      return runPartition(config, rest, Date.now())
    }
    case 'dump':
    case 'restore': {
      const { runDump, runRestore } = await import('./cli/dump.ts')
      const file = rest.find((one) => !one.startsWith('--'))
      return command === 'dump' ? runDump(config, file, rest.includes('--with-secrets')) : runRestore(config, file)
    }
    default:
      process.stderr.write(`Unknown command ${command}.\n\n${HELP}`)
      process.exitCode = 2
  }
}

/** Runs a command of the command line; a failure prints a sentence (AppError) or a stack and exits with status 1. */
export function runCommandLine(args: readonly string[]): void {
  if (existsSync('.env')) process.loadEnvFile('.env')
  run(parseArguments(args)).catch((error: unknown) => {
    // An AppError prints its sentence; any other error is a bug and prints its stack.
    const text =
      error instanceof AppError
        ? problemWords('en', error.code, error.params).detail
        : ((error as Error).stack ?? String(error))
    process.stderr.write(`${text}\n`)
    // The database's thread or sockets would keep a half-started process alive.
    process.exit(1)
  })
}

if (import.meta.main) runCommandLine(process.argv.slice(2))
