// Shared by the benchmarks: medians, child processes, a database per benchmark, and a table of results.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan, Result } from './load.ts'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}

/** Runs a script of this folder as a process with JSON on its input; resolves with the JSON that it prints. */
export function runScript<T>(script: string, input: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, script)], { stdio: ['pipe', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.on('exit', (code) =>
      code === 0 ? resolve(JSON.parse(text) as T) : reject(new Error(`${script} ended with ${code}`)),
    )
    child.stdin.end(JSON.stringify(input))
  })
}

export const load = (plan: Plan): Promise<Result> => runScript<Result>('load.ts', plan)

/** Processor time of a process (user and system), seconds; 100 ticks a second (proc(5)). */
export function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}

/** Memory of a process, MB. */
export const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024

/** A complete HTTP request as text. */
export function message(method: string, path: string, headers: Record<string, string>, body?: unknown): string {
  const payload = body === undefined ? '' : JSON.stringify(body)
  const lines = Object.entries({
    host: 'localhost',
    ...headers,
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
  })
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}`).join('\r\n')}\r\n\r\n${payload}`
}

export type Row = { name: string; value: string; target: string; met: boolean | null }

export function report(rows: readonly Row[]): string {
  const line = (r: Row): string =>
    `| ${r.name} | ${r.value} | ${r.target} | ${r.met === null ? '' : r.met ? 'yes' : '**no**'} |`
  return ['| measure | median | to reach | reached |', '| --- | --- | --- | --- |', ...rows.map(line)].join('\n')
}
