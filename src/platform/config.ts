// Defines every setting once: its variable, flag, default, unit and meaning. `.env.example` and `--help` are generated from here.
import { AppError } from '../kernel/errors.ts'
import { integer, oneOf, flag, anyText, url, webUrl, smtp, amqp, secret, keyList } from './setting-readers.ts'

export type Config = {
  databaseUrl: string | undefined
  secretKey: readonly Buffer[]
  secretKeyFile: string
  data: string
  host: string
  port: number
  operationsPort: number | undefined
  role: 'api' | 'worker' | 'all'
  demo: boolean
  platformKey: string | undefined
  poolSize: number
  pooler: 'transaction' | undefined
  directUrl: string | undefined
  replicaUrl: string | undefined
  replicaWait: number
  otlpUrl: string | undefined
  tracePercent: number
  logLevel: string
  shutdownSeconds: number
  drainSeconds: number
  trustProxy: number
  publicUrl: string | undefined
  smtpUrl: string | undefined
  mailFrom: string
  mailConnections: number
  dkimKeyFile: string | undefined
  dkimSelector: string
  publicRate: number
  apiRate: number
  amqpUrl: string | undefined
  privateTargets: boolean
  breachedUrl: string | undefined
}

type Setting = {
  name: keyof Config
  env: string
  flag?: string
  default: string
  unit: string
  description: string
  secret?: boolean
  /** Parses the text; throws a sentence about what is expected. */
  read: (text: string) => Config[keyof Config]
}

const SETTINGS: readonly Setting[] = [
  {
    name: 'databaseUrl',
    env: 'DATABASE_URL',
    default: '',
    unit: 'URL',
    description: 'PostgreSQL 15 or newer. Empty: the embedded database in the data folder.',
    secret: true,
    read: url,
  },
  {
    name: 'secretKey',
    env: 'AGENDA_SECRET_KEY',
    default: '',
    unit: 'key',
    description:
      'Seals secrets in the database: 32 random bytes in base64 or hexadecimal (openssl rand -base64 ' +
      '32). Several, by commas: the first seals, all open (rotation). Empty with the embedded ' +
      'database: made in the data folder.',
    secret: true,
    read: keyList,
  },
  {
    name: 'secretKeyFile',
    env: 'AGENDA_SECRET_KEY_FILE',
    default: '',
    unit: 'file',
    description: 'The same, from a file: one key a line.',
    read: anyText,
  },
  {
    name: 'data',
    env: 'AGENDA_DATA',
    flag: '--data',
    default: 'data',
    unit: 'folder',
    description: 'Folder of the embedded database. One process at a time.',
    read: anyText,
  },
  {
    name: 'host',
    env: 'AGENDA_HOST',
    flag: '--host',
    default: '127.0.0.1',
    unit: 'address',
    description: 'Address to listen on; 0.0.0.0 for all.',
    read: anyText,
  },
  {
    name: 'port',
    env: 'PORT',
    flag: '--port',
    default: '8080',
    unit: 'TCP port',
    description: 'Port to listen on; 0 takes any free one.',
    read: integer(0, 65535),
  },
  {
    name: 'operationsPort',
    env: 'AGENDA_OPERATIONS_PORT',
    default: '',
    unit: 'TCP port',
    description:
      'Metrics, API description and its pages answer at this port of the same address instead of the public one. Empty: at the public one.',
    read: (text) => (text === '' ? undefined : integer(1, 65535)(text)),
  },
  {
    name: 'role',
    env: 'AGENDA_ROLE',
    flag: '--role',
    default: 'all',
    unit: 'api, worker or all',
    description: 'What this process does: answer requests, work in the background, or both.',
    read: oneOf('api', 'worker', 'all'),
  },
  {
    name: 'demo',
    env: 'AGENDA_DEMO',
    flag: '--demo',
    default: '',
    unit: 'true or false',
    description: 'Load the demo municipality. Empty: only into the embedded database.',
    read: (text) => (text === '' ? undefined : flag(text)),
  },
  {
    name: 'platformKey',
    env: 'AGENDA_PLATFORM_KEY',
    default: '',
    unit: 'secret, 32 characters or more',
    description: 'Key of the operator, who may create tenants. Empty: nobody may by REST.',
    secret: true,
    read: secret,
  },
  {
    name: 'poolSize',
    env: 'AGENDA_POOL_SIZE',
    default: '10',
    unit: 'connections',
    description: 'Connections to PostgreSQL of this process.',
    read: integer(1, 200),
  },
  {
    name: 'pooler',
    env: 'AGENDA_POOLER',
    default: '',
    unit: 'transaction or empty',
    description:
      'transaction: DATABASE_URL leads to a pooler in transaction mode that keeps no prepared statements, such as PgBouncer before 1.21.',
    read: (text) => (text === '' ? undefined : oneOf('transaction')(text)),
  },
  {
    name: 'directUrl',
    env: 'AGENDA_DIRECT_URL',
    default: '',
    unit: 'URL',
    description:
      'The same database without the pooler, for one connection that hears of news at once. Empty: DATABASE_URL; behind a ' +
      'pooler in transaction mode processes then look every ten seconds.',
    secret: true,
    read: url,
  },
  {
    name: 'replicaUrl',
    env: 'AGENDA_REPLICA_URL',
    default: '',
    unit: 'URL',
    description:
      'A standby of the same database (streaming replication) for reports, exports and calendar feeds. Decisions never use it. ' +
      'Empty: none.',
    secret: true,
    read: url,
  },
  {
    name: 'replicaWait',
    env: 'AGENDA_REPLICA_WAIT',
    default: '200',
    unit: 'ms',
    description:
      'How long such a read waits until the standby has what was committed before; then it runs on DATABASE_URL.',
    read: integer(0, 60_000),
  },
  {
    name: 'otlpUrl',
    env: 'AGENDA_OTLP_URL',
    default: '',
    unit: 'URL',
    description:
      'OpenTelemetry collector that takes traces by HTTP, such as http://collector:4318: requests, jobs and statements. Empty: none.',
    read: webUrl,
  },
  {
    name: 'tracePercent',
    env: 'AGENDA_TRACE_PERCENT',
    default: '10',
    unit: 'percent',
    description: 'Share of the traces that begin here and are sent; a caller that traces decides for its own requests.',
    read: integer(0, 100),
  },
  {
    name: 'logLevel',
    env: 'AGENDA_LOG_LEVEL',
    default: 'info',
    unit: 'trace to silent',
    description: 'Least severe log line that is written.',
    read: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  },
  {
    name: 'shutdownSeconds',
    env: 'AGENDA_SHUTDOWN_SECONDS',
    default: '20',
    unit: 'seconds',
    description: 'How long requests under way may take to finish after a stop signal.',
    read: integer(1, 600),
  },
  {
    name: 'drainSeconds',
    env: 'AGENDA_DRAIN_SECONDS',
    default: '0',
    unit: 'seconds',
    description:
      'How long a process goes on serving after a stop signal while /readyz answers 503, so that a load balancer sends nothing new.',
    read: integer(0, 600),
  },
  {
    name: 'trustProxy',
    env: 'AGENDA_TRUST_PROXY',
    default: '0',
    unit: 'proxies',
    description:
      'How many reverse proxies stand in front: so many of the last X-Forwarded-For entries are believed, none by default.',
    read: (text) => (text === 'false' ? 0 : text === 'true' ? 1 : integer(0, 10)(text)),
  },
  {
    name: 'publicUrl',
    env: 'AGENDA_PUBLIC_URL',
    default: '',
    unit: 'URL',
    description: 'Address under which people reach the service, for links in messages. Empty: the address listened on.',
    read: webUrl,
  },
  {
    name: 'amqpUrl',
    env: 'AGENDA_AMQP_URL',
    default: '',
    unit: 'URL',
    description: 'RabbitMQ for campaigns that push to it, such as amqp://user:password@broker:5672. Empty: none can.',
    secret: true,
    read: amqp,
  },
  {
    name: 'privateTargets',
    env: 'AGENDA_PRIVATE_TARGETS',
    default: 'false',
    unit: 'true or false',
    description:
      'Whether tenants may have pushes, webhooks and calendars at private network addresses and without TLS.',
    read: flag,
  },
  {
    name: 'breachedUrl',
    env: 'AGENDA_BREACHED_URL',
    default: '',
    unit: 'URL',
    description:
      'Service that tells breached passwords by the first five characters of their SHA-1, such as ' +
      'https://api.pwnedpasswords.com/range/. Empty: only the dictionary judges.',
    read: (text) => {
      if (text !== '' && !/^https?:\/\/.+\/$/.test(text)) throw new Error('an URL that ends with /')
      return text || undefined
    },
  },
  {
    name: 'smtpUrl',
    env: 'AGENDA_SMTP_URL',
    default: '',
    unit: 'URL',
    description: 'Mail server, such as smtps://user:password@mail.example:465. Empty: messages wait in the outbox.',
    secret: true,
    read: smtp,
  },
  {
    name: 'mailFrom',
    env: 'AGENDA_MAIL_FROM',
    default: 'Agenda <no-reply@localhost>',
    unit: 'e-mail address',
    description: 'Sender of messages.',
    read: anyText,
  },
  {
    name: 'mailConnections',
    env: 'AGENDA_MAIL_CONNECTIONS',
    default: '10',
    unit: 'connections',
    description: 'Connections to the mail server of this process, and messages that it sends at once.',
    read: integer(1, 200),
  },
  {
    name: 'dkimKeyFile',
    env: 'AGENDA_DKIM_KEY_FILE',
    default: '',
    unit: 'file',
    description:
      'Private key (PEM) that signs messages for the domain of AGENDA_MAIL_FROM (DKIM). Empty: the mail server signs.',
    read: (text) => text || undefined,
  },
  {
    name: 'dkimSelector',
    env: 'AGENDA_DKIM_SELECTOR',
    default: 'agenda',
    unit: 'DNS label',
    description: 'Selector under which the DKIM key is published.',
    read: anyText,
  },
  {
    name: 'publicRate',
    env: 'AGENDA_PUBLIC_RATE',
    default: '60',
    unit: 'forms a minute',
    description: 'Forms that one network address may send to the public pages.',
    read: integer(1, 100_000),
  },
  {
    name: 'apiRate',
    env: 'AGENDA_API_RATE',
    default: '6000',
    unit: 'calls a minute',
    description: 'Calls of the API that one key or person may make, over all processes.',
    read: integer(1, 10_000_000),
  },
]

function readSetting(setting: Setting, text: string): Config[keyof Config] {
  try {
    return setting.read(text)
  } catch (error) {
    const shown = setting.secret ? 'its value' : `"${text}"`
    const expected = `${shown} is not ${(error as Error).message}`
    throw new AppError('invalid_setting', { name: setting.env, expected }, { message: `${setting.env}: ${expected}` })
  }
}

/** The configuration from environment and flags; a flag takes precedence. Throws `invalid_setting`. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  flags: ReadonlyMap<string, string>,
): Config {
  const entries = SETTINGS.map((setting) => {
    const text =
      (setting.flag === undefined ? undefined : flags.get(setting.flag)) ?? env[setting.env] ?? setting.default
    return [setting.name, readSetting(setting, text)]
  })
  const config = Object.fromEntries(entries) as Config
  return { ...config, demo: config.demo ?? config.databaseUrl === undefined }
}

/** Text of `.env.example`. */
export function envExample(): string {
  const blocks = SETTINGS.map(
    (s) =>
      `# ${s.description} (${s.unit}${s.flag ? `; flag ${s.flag}` : ''})\n${s.default === '' ? `# ${s.env}=` : `# ${s.env}=${s.default}`}`,
  )
  return `# Settings of Agenda. Generated by \`npm run env:example\`; values shown are the defaults.\n\n${blocks.join('\n\n')}\n`
}

/** The part of `--help` that lists the settings. */
export function settingsHelp(): string {
  return SETTINGS.map((s) => {
    const names = [s.flag, s.env].filter(Boolean).join(', ')
    return `  ${names.padEnd(28)} ${s.description}${s.default === '' ? '' : ` [${s.default}]`}`
  }).join('\n')
}
