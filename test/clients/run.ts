// Checks the API description as its readers do: linters find nothing, three generators and our own package make clients that compile
// under `strict`, whose names stay short, and which do the four recipes against the running demo.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAgenda } from '../../src/client/index.ts'
import { current, refusalOf, released } from './changes.ts'
import { startDemo } from '../helpers/demo.ts'

const HERE = import.meta.dirname
const WORK = join(HERE, '.work')
const DESCRIPTION = join(HERE, '..', '..', 'docs', 'openapi.json')
const LONGEST_NAME = 40
type Description = ReturnType<typeof released> & {
  components: { schemas: Record<string, { properties: Record<string, unknown> }> }
}

/** Runs an installed tool; throws with what it printed. */
function tool(name: string, args: readonly string[], cwd = HERE): string {
  const result = spawnSync(join(HERE, 'node_modules/.bin', name), [...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (result.status !== 0) throw new Error(`${name} ended with ${result.status}\n${result.stdout}\n${result.stderr}`)
  return result.stdout + result.stderr
}

function lint(): void {
  const report = JSON.parse(
    tool('redocly', ['lint', DESCRIPTION, '--format=json'])
      .replace(/^[^{]*/, '')
      .replace(/[^}]*$/, ''),
  ) as {
    totals: { errors: number; warnings: number }
  }
  if (report.totals.errors + report.totals.warnings > 0) throw new Error(`redocly: ${JSON.stringify(report.totals)}`)
  writeFileSync(join(WORK, 'spectral.yaml'), 'extends: ["spectral:oas"]\n')
  tool('spectral', ['lint', '--fail-severity', 'hint', '-r', join(WORK, 'spectral.yaml'), DESCRIPTION])
}

/** No change that could break a client without a new date; and the check does refuse one. */
function checkChanges(): void {
  const [before, after] = [released(), current()]
  const refusal = refusalOf(before, after)
  if (refusal !== null) throw new Error(refusal)
  const broken = structuredClone(before) as Description
  delete broken.components.schemas.Appointment!.properties.code
  const reason = refusalOf(before, broken) ?? ''
  if (!reason.includes('GET /v1/appointments/{id}: ') || !reason.includes('code'))
    throw new Error(`a lost field is not refused: ${reason}`)
  if (!reason.includes('notice appointment.booked: '))
    throw new Error(`a lost field of a notice is not refused: ${reason}`)
  const dated = { ...broken, info: { version: '2999-01-01' } }
  if (refusalOf(before, dated) !== null) throw new Error('a new date is refused')
  process.stdout.write(
    `no breaking change since ${before.info.version}; a lost field of an answer or notice would be refused\n`,
  )
}

function generate(): void {
  // What the client package has is what this generator makes; types.ts --check has compared them.
  cpSync(join(HERE, '../../src/client/api.d.ts'), join(WORK, 'openapi-typescript.ts'))
  tool('openapi-ts', ['-i', DESCRIPTION, '-o', join(WORK, 'hey'), '-c', '@hey-api/client-fetch'])
  const orval = { target: './orval/api.ts', client: 'fetch', mode: 'single', baseUrl: '' }
  writeFileSync(
    join(WORK, 'orval.config.cjs'),
    `module.exports = { agenda: { input: ${JSON.stringify(DESCRIPTION)}, output: ${JSON.stringify(orval)} } }\n`,
  )
  tool('orval', ['--config', 'orval.config.cjs'], WORK)
}

/** Exported names of generated code that are too long, and whether `Appointment` is among all of them. */
function checkNames(): void {
  for (const part of ['hey', 'orval', 'openapi-typescript.ts']) {
    const files = part.endsWith('.ts')
      ? [part]
      : readdirSync(join(WORK, part), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ts'))
          .map((name) => join(part, name))
    const names = files.flatMap((file) =>
      [
        ...readFileSync(join(WORK, file), 'utf8').matchAll(/^export (?:type|const|interface|enum|function) (\w+)/gm),
      ].map(([, name]) => name!),
    )
    const long = names.filter((name) => name.length > LONGEST_NAME)
    if (long.length > 0) throw new Error(`${part}: names over ${LONGEST_NAME} characters: ${long.join(', ')}`)
    if (!names.includes('Appointment')) throw new Error(`${part}: no Appointment`)
    process.stdout.write(`${part}: ${names.length} names\n`)
  }
}

function compile(): void {
  const archive = execFileSync(process.execPath, [join(HERE, 'pack.ts')], { encoding: 'utf8' }).trim()
  const target = join(HERE, 'node_modules/@agenda/client')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['xzf', archive, '-C', target, '--strip-components=1'])
  tool('tsc', ['-p', HERE])
  tool('tsc', ['--noEmit', '-p', join(HERE, 'tsconfig.scripts.json')])
}

async function runRecipes(): Promise<void> {
  const demo = await startDemo()
  try {
    const agenda = createAgenda({ baseUrl: demo.base, key: demo.key })
    const location = await agenda.post('/v1/locations', { body: { name: 'Recipes' } })
    const service = await agenda.post('/v1/services', {
      body: { name: 'Recipe', durationMinutes: 30, locationIds: [location.id] },
    })
    const skills = { serviceIds: [service.id], locationIds: [location.id] }
    const agent = await agenda.post('/v1/agents', { body: { name: 'Cook', ...skills } })
    const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
    const rules = [{ rrule: 'FREQ=DAILY', windows: [{ from: '08:00', to: '20:00' }] }]
    await agenda.post('/v1/schedules', {
      body: { ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-01-01', rules },
    })
    const always = [{ days: [...days], from: '00:00', to: '24:00' }]
    const campaign = await agenda.post('/v1/campaigns', {
      body: { name: 'Recipes', capacity: { kind: 'fixed', perBucket: 50 }, hours: always, citizenHours: always },
    })
    const date = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)
    const env = {
      ...process.env,
      BASE: demo.base,
      KEY: demo.key,
      SERVICE: service.id,
      CAMPAIGN: campaign.id,
      FROM: date(3),
      TO: date(5),
    }
    for (const name of ['openapi-fetch', 'hey-api', 'orval', 'agenda-client']) {
      execFileSync(process.execPath, [join(WORK, 'out/recipes', `${name}.js`)], {
        env,
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      process.stdout.write(`${name}: four recipes done\n`)
    }
  } finally {
    await demo.stop()
  }
}

rmSync(WORK, { recursive: true, force: true })
mkdirSync(WORK)
lint()
process.stdout.write('redocly recommended and spectral:oas: nothing to say\n')
execFileSync(process.execPath, [join(HERE, 'types.ts'), '--check'], { stdio: 'inherit' })
checkChanges()
generate()
checkNames()
compile()
await runRecipes()
