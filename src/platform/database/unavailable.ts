// PURE. Distinguishes errors of an unreachable or unready database from errors of a statement.

type DatabaseError = { code?: unknown; message?: unknown; severity?: unknown; constraint?: unknown }

/** Operating system codes for a connection that failed or was lost. */
const NETWORK = /^(ECONN|EPIPE|EPROTO|ETIMEDOUT|EHOST|ENET|ENOTFOUND|ENOTCONN|EAI_|ERR_SSL|ERR_TLS)/
/**
 * SQLSTATEs of a server that is stopping, starting, full or a standby (PostgreSQL documentation, appendix A): 57P0x operator
 * intervention, 53100/53200/53300/53400 insufficient resources, class 08 connection, 25006 a write sent to a standby after a failover,
 * 25P03 a transaction that was idle for too long.
 */
const SERVER = /^(57P0|53[1234]00|08|25006|25P03)/
/** Begins the name of the check that a table has while it is put into partitions; only test tenants, whose clocks run ahead, meet it. */
export const SPLITTING = 'splitting_'
/** Messages of the driver's own errors, which have no code. */
const DRIVER =
  /timeout exceeded when trying to connect|Connection terminated|database is closed|not queryable|Client was closed/i

/** Whether the caller should retry later, because the database is unreachable or not ready. */
export function isUnavailable(error: unknown): boolean {
  const { code, message, severity, constraint } = (error ?? {}) as DatabaseError
  if (severity === 'PANIC' || (code === '23514' && String(constraint).startsWith(SPLITTING))) return true
  const name = typeof code === 'string' ? code : ''
  return NETWORK.test(name) || SERVER.test(name) || DRIVER.test(typeof message === 'string' ? message : '')
}
