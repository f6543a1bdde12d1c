// PURE. Converts an error for the log: its code, message and stack, without personal data.

type ErrorReport = {
  code?: string
  constraint?: string
  message: string
  stack: string[]
  cause?: ErrorReport
}

/** Maximum number of stack frames and of nested causes. */
const [FRAMES, DEPTH] = [12, 3]
const LONGEST = 400

/**
 * Removes personal data from a message: databases quote refused values, mail servers quote addresses, gateways quote numbers.
 * Names of constraints, tables and columns stay, because they come before a colon or without one.
 */
const withoutPersons = (message: string): string =>
  message
    .replace(/: ".*"/gs, ': "…"')
    .replace(/\([^()]*\)=\([^()]*\)/g, '(…)')
    .replace(/[^\s@<>"'(]+@[^\s@<>"')]+/g, '…@…')
    .replace(/\+?\d[\d ./-]{6,}\d/g, '…')
    .slice(0, LONGEST)

/** The report of any thrown value; `depth` limits how many causes are followed. */
export function reportOf(error: unknown, depth = DEPTH): ErrorReport {
  const { code, constraint, message, stack, cause } = (error ?? {}) as Record<string, unknown>
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => line.startsWith('    at ')) : []
  return {
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(typeof constraint === 'string' && constraint !== '' ? { constraint } : {}),
    message: withoutPersons(typeof message === 'string' ? message : String(error)),
    stack: frames.slice(0, FRAMES).map((line) => line.trim()),
    ...(cause !== undefined && depth > 1 ? { cause: reportOf(cause, depth - 1) } : {}),
  }
}
