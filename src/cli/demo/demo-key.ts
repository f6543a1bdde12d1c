// Keeps the demo tenant's API key in the data folder, readable only by its owner; the database stores only the hash.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseToken } from '../../kernel/crypto/token.ts'
import type { Deps } from '../../domain/deps.ts'
import { newDemoKey } from './demo.ts'

/** Returns the key in `folder`/demo-key; creates it the first time. */
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
