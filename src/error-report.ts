// PURE. What the log says of an error: its code, message and stack, without what a person typed.

export type ErrorReport = {
  code?: string
  constraint?: string
  message: string
  stack: string[]
  cause?: ErrorReport
}

/** Frames of a stack, and causes of causes, that are kept. */
const [FRAMES, DEPTH] = [12, 3]
const LONGEST = 400

/**
 * A message without personal data: the database quotes the value that it refuses, mail servers quote addresses, gateways numbers.
 * Names of constraints, tables and columns stay: they stand before a colon or without one.
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
