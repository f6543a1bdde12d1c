// Allows one process per data folder: two would lose acknowledged rows. The lock is a file with the owner's pid.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../kernel/errors.ts'

/** Fields of /proc/pid/stat after the process name, beginning with its state (proc(5)); empty where unavailable. */
function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  } catch {
    return []
  }
}

/** Start time of a process in clock ticks: a pid alone may have been reused by another process. */
const startOf = (pid: number): string => statOf(pid)[19] ?? ''

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Z (zombie) and X (dead): the process has ended but its parent has not reaped it yet; it holds no files.
    return !['Z', 'X'].includes(statOf(pid)[0] ?? '')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Locks `folder` (created when missing) and returns the function that unlocks it.
 * A lock left by a killed process is taken over. Throws `folder_in_use` while its owner lives.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'agenda.lock')
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const handle = openSync(file, 'wx', 0o600)
      writeSync(handle, `${process.pid} ${startOf(process.pid)}\n`)
      closeSync(handle)
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const [pid = '', started = ''] = readFileSync(file, 'utf8').trim().split(' ')
    const owner = Number(pid)
    if (owner > 0 && isAlive(owner) && (started === '' || started === startOf(owner))) {
      throw new AppError(
        'folder_in_use',
        { folder, owner },
        { message: `data folder ${folder} is in use by process ${owner}` },
      )
    }
    rmSync(file, { force: true })
  }
  throw new AppError(
    'folder_in_use',
    { folder, owner: 0 },
    { message: `data folder ${folder} is being opened by another process` },
  )
}
