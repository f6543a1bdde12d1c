#!/usr/bin/env node
// Starts main.ts. In JavaScript so that the compile cache is on before any TypeScript is read: from the second start on Node takes all
// files without their types from the cache and never loads its type stripper, which holds 15 MB.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enableCompileCache } from 'node:module'

// Threads (the embedded database, the reader of calendars) and child processes look here.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache')
enableCompileCache(process.env.NODE_COMPILE_CACHE)
const { runCommandLine } = await import('./main.ts')
runCommandLine(process.argv.slice(2))
