// The URL of the files in public/: one folder name for all, derived from their contents, so that browsers may cache them for
// ever and never mix two versions.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const PUBLIC = join(import.meta.dirname, '..', '..', 'public')

let version: string | undefined

/** Twelve characters that change when any file of public/ changes. */
export function assetsVersion(): string {
  if (version === undefined) {
    const hash = createHash('sha256')
    for (const name of readdirSync(PUBLIC, { recursive: true, encoding: 'utf8' }).sort()) {
      const entry = join(PUBLIC, name)
      try {
        hash.update(name).update(readFileSync(entry))
      } catch (error) {
        if ((error as { code?: string }).code !== 'EISDIR') throw error
      }
    }
    version = hash.digest('base64url').slice(0, 12)
  }
  return version
}

/** The URL under which the files of public/ are served. */
export const assetsBase = (): string => `/assets/${assetsVersion()}`
