// The disk of the data folders: a small one in memory that can be filled, where this account may mount one; else the usual folder.
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SIZE = '900m'
const BLOCK = Buffer.alloc(1 << 20)

export type Disk = {
  folder: string
  /** Why the disk cannot be filled, or null. */
  unfit: string | null
  /** Writes until nothing more fits. */
  fill: () => void
  free: () => void
  destroy: () => void
}

export function makeDisk(): Disk {
  const folder = mkdtempSync(join(tmpdir(), 'agenda-disk-'))
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]).status === 0
  chmodSync(folder, 0o777)
  const filler = join(folder, 'filler')
  let isGone = false
  const destroy = (): void => {
    if (isGone) return
    isGone = true
    if (isMounted) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', destroy)
  return {
    folder,
    unfit: isMounted ? null : 'this account may not mount a small disk',
    fill() {
      const file = openSync(filler, 'w')
      try {
        for (;;) if (writeSync(file, BLOCK) < BLOCK.length) break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(filler, { force: true }),
    destroy,
  }
}
