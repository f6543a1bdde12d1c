// Stores gateways: the values of their headers are secrets and are sealed at rest; only the header names are shown.
import type { Deps } from '../../domain/deps.ts'
import type { Gateway } from './gateway.ts'
import { findGateway, writeGateway, type StoredGateway } from './gateway.sql.ts'

type Kept = Omit<Gateway, 'headers'> & { headerNames?: string[]; sealed?: string; headers?: Gateway['headers'] }
const keptOf = (row: StoredGateway): Kept => row.document as unknown as Kept
const contextOf = (channel: string): string => `gateway ${channel}`

export const headerNamesOf = (row: StoredGateway): string[] =>
  keptOf(row).headerNames ?? Object.keys(keptOf(row).headers ?? {})

/** The gateway without its headers. */
export function shownGateway(row: StoredGateway): Omit<Gateway, 'headers'> {
  const { headerNames: _names, sealed: _sealed, headers: _headers, ...shown } = keptOf(row)
  return shown
}

/** The gateway with its headers, for sending; undefined when the channel has none. */
export async function openGateway(deps: Deps, tenantId: string, channel: string): Promise<Gateway | undefined> {
  const row = await findGateway(deps.db.kysely, tenantId, channel)
  if (!row) return undefined
  const { sealed, headers = {} } = keptOf(row)
  const opened =
    sealed === undefined
      ? headers
      : (JSON.parse(await deps.vault.open(tenantId, contextOf(channel), sealed)) as Gateway['headers'])
  return { ...shownGateway(row), headers: opened }
}

export async function keepGateway(
  deps: Deps,
  tenantId: string,
  channel: string,
  { headers, ...rest }: Gateway,
): Promise<StoredGateway> {
  const sealed = await deps.vault.seal(tenantId, contextOf(channel), JSON.stringify(headers))
  const document = { ...rest, headerNames: Object.keys(headers), sealed }
  return writeGateway(deps.db.kysely, { tenantId, channel, document, now: new Date(deps.now()) })
}
