// Reads the installation's keys from the settings or a file; with the embedded database, creates one in the data folder.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../kernel/errors.ts'
import { KEY_BYTES, keyIn } from './cipher.ts'

const NAME = 'secret.key'

function keysInFile(file: string): Buffer[] {
  return readFileSync(file, 'utf8')
    .split(/\s+/)
    .filter((line) => line !== '')
    .map((line) => {
      const key = keyIn(line)
      if (!key)
        throw new AppError('invalid_setting', { name: file, expected: '32 bytes in base64 or hexadecimal a line' })
      return key
    })
}

type Given = { secretKey: readonly Buffer[]; secretKeyFile: string; databaseUrl: string | undefined; data: string }

/** The keys; the first one seals. Reports a newly created key, and a server database without a key, through `say`. */
export function installationKeys(given: Given, say: (text: string) => void): readonly Buffer[] {
  if (given.secretKey.length > 0) return given.secretKey
  if (given.secretKeyFile !== '') return keysInFile(given.secretKeyFile)
  if (given.databaseUrl !== undefined) {
    say(
      'Secrets in the database are not sealed: set AGENDA_SECRET_KEY (openssl rand -base64 32), the same for all processes.',
    )
    return []
  }
  const file = join(given.data, NAME)
  if (existsSync(file)) return keysInFile(file)
  mkdirSync(given.data, { recursive: true })
  writeFileSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  say(`Made the key that seals secrets: ${file}. Keep a copy of it apart from the database.`)
  return keysInFile(file)
}
