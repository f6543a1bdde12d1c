// Keeps the demo tenant's key in the data folder, readable by its owner only: the database has nothing but its hash.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseToken } from '../auth/token.ts'
import type { Deps } from '../deps.ts'
import { newDemoKey } from './demo.actions.ts'

/** The demo key, made and written to `folder`/demo-key the first time. */
export async function keepDemoKey(deps: Deps, folder: string, tenantId: string): Promise<string> {
  const file = join(folder, 'demo-key')
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  if (parseToken(known)?.tenantId === tenantId) return known
  const key = await newDemoKey(deps, tenantId)
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, `${key}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
  return key
}
