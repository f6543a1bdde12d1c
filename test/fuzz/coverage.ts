// Which blocks of code an input reaches, as V8 counts them (Chrome DevTools Protocol, Profiler domain, block coverage).
import { Session } from 'node:inspector/promises'

type Coverage = {
  /** Blocks reached since the call before that were never reached earlier. */
  fresh: () => Promise<number>
  stop: () => Promise<void>
}

/** Starts counting in files whose address matches. */
export async function startCoverage(files: RegExp): Promise<Coverage> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const known = new Set<string>()
  return {
    async fresh() {
      const { result } = await session.post('Profiler.takePreciseCoverage')
      const before = known.size
      for (const { scriptId, url, functions } of result) {
        if (!files.test(url)) continue
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges)
            // Counts in powers of two: a loop that runs more often is news, too.
            if (count > 0) known.add(`${scriptId}:${startOffset}:${endOffset}:${Math.floor(Math.log2(count))}`)
      }
      return known.size - before
    },
    async stop() {
      await session.post('Profiler.stopPreciseCoverage')
      session.disconnect()
    },
  }
}
