// The clock of one process, stepped forwards and back by libfaketime (Debian's package of that name); timers go on as before.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'

export type Clock = {
  /** Why the clock cannot be stepped, or null. */
  unfit: string | null
  /** Environment of the process whose clock this is. */
  env: Record<string, string>
  /** Sets the clock so many seconds before or after the machine's; the process sees it within a second. */
  step: (seconds: number) => void
  remove: () => void
}

export function createClock(): Clock {
  if (!existsSync(LIBRARY))
    return { unfit: 'libfaketime is not installed', env: {}, step: () => undefined, remove: () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'agenda-clock-'))
  const file = join(folder, 'offset')
  const step = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`)
  step(0)
  return {
    unfit: null,
    env: {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    step,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
