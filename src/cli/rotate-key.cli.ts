// Runs `agenda rotate-key`.
import type { Deps } from '../domain/deps.ts'
import { rotateKey } from './rotate-key.ts'

export async function runRotateKey(open: () => Promise<Deps>): Promise<void> {
  const deps = await open()
  try {
    const { wrapped, sealed } = await rotateKey(deps)
    process.stderr.write(`${wrapped} keys of tenants wrapped anew, ${sealed} secrets sealed that were plain\n`)
  } finally {
    await deps.pubsub.close()
    await deps.db.close()
  }
}
