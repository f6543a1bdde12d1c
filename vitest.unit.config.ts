import { defineConfig } from 'vitest/config'

// The pure core alone: no database, no server, a few seconds.
export default defineConfig({
  test: {
    include: ['test/{architecture,engine,offer,recurrence,zone}.test.ts'],
    pool: 'forks',
    isolate: false,
    testTimeout: 60_000,
  },
})
