import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', '**/node_modules/**', 'test/clients/**'],
    globalSetup: ['test/helpers/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    isolate: false,
    // They end what hangs; a slow machine must not come near them.
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
