// PURE. Parses the output of a service process: error lines of its log, and the reason why it ended by itself.

export type Ended = {
  name: string
  /** Epoch ms. */
  at: number
  phase: 'starting' | 'running'
  code: number | null
  signal: string | null
  cause: string
  /** The last lines of its standard error. */
  tail: string[]
}

type LoggedError = { says: string; hasMessage: boolean; hasCause: boolean }

/** An error line of the log (pino: JSON, 50 = error, 60 = fatal), or null for any other line. */
export function loggedError(line: string): LoggedError | null {
  if (!line.startsWith('{')) return null
  let parsed: Record<string, any>
  try {
    parsed = JSON.parse(line)
  } catch {
    return null
  }
  if (typeof parsed.level !== 'number' || parsed.level < 50) return null
  const { msg, code, sqlstate, err, stack } = parsed
  const frame = (Array.isArray(stack) ? stack : []).map(String).find((one) => one.includes('/src/')) ?? ''
  const says = [msg || '(no message)', code ?? err?.code ?? err?.message, sqlstate, placeOf(frame)]
  return {
    says: says.filter(Boolean).join(' | '),
    hasMessage: typeof msg === 'string' && msg.trim() !== '',
    hasCause: Boolean(code ?? sqlstate ?? err),
  }
}

/** Extracts `src/platform/database/open.ts:45` from a stack line. */
const placeOf = (frame: string): string => /(?:\/)((?:src|node_modules)\/[^\s:)]+:\d+)/.exec(frame)?.[1] ?? ''

const MESSAGE = /^(?:\w*Error|error)(?: \[\w+\])?: .+|^\w+: .+/

/** A text that is equal for all processes that ended for the same reason: phase, message, and place in the stack. */
export function causeOf(phase: Ended['phase'], code: number | null, signal: string | null, tail: string[]): string {
  const message = tail.find((line) => MESSAGE.test(line) && !line.startsWith('Node.js')) ?? tail.at(0) ?? 'no word'
  const frames = tail.filter((line) => /^\s+at /.test(line)).map(placeOf)
  const own = frames.find((place) => place.startsWith('src/'))
  const place = own ?? frames.find(Boolean) ?? 'no stack'
  const hasNoHandler = tail.some((line) => /Unhandled 'error' event/.test(line))
  const how = signal === null ? `exit ${code}` : signal
  return [phase, how, message.trim(), ...(hasNoHandler ? ["unhandled 'error' event"] : []), place].join(' | ')
}

/** Groups the ended processes by reason, most frequent first. */
export function byCause(ended: readonly Ended[]): { cause: string; times: number; names: string[]; tail: string[] }[] {
  return [...Map.groupBy(ended, (one) => one.cause)]
    .map(([cause, all]) => ({
      cause,
      times: all.length,
      names: [...new Set(all.map((one) => one.name))].sort(),
      tail: all[0]!.tail,
    }))
    .sort((a, b) => b.times - a.times)
}
