// Personal callbacks take time of their owner agent in the same ledger as appointments, so neither is offered where the other is
// promised. Callers of `takeAgentTime` have locked the agent.
import { reserve } from '../../availability/ledger.sql.ts'
import type { Agent, TenantConfig } from '../../catalogue/tenant-config.ts'
import { agentTime } from '../../availability/agent-time.ts'
import type { Campaign } from '../../catalogue/campaign/campaign.ts'
import { callingHoursOf } from '../../catalogue/campaign/campaign.ts'
import { allowedSpans } from '../../catalogue/campaign/calling-hours.ts'
import type { Tx } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { intersect, MINUTE } from '../../../kernel/time/interval.ts'

/** Step between the starts that are tried in a window, in ms. */
const STEP = 5 * MINUTE

type StartSearch = {
  agent: Agent
  zones: readonly string[]
  from: number
  to: number
}

/**
 * Starts in [from, to) at which the agent is free for the campaign's personal minutes and the number may be called; epoch ms,
 * ascending. For a single instant, pass `to` = `from` + 1.
 */
export async function personalStarts(
  deps: Deps,
  config: TenantConfig,
  campaign: Campaign,
  { agent, zones, from, to }: StartSearch,
): Promise<number[]> {
  const length = campaign.personalMinutes * MINUTE
  const end = Math.max(to, from + 1) + length
  const { free } = await agentTime(deps, config, agent, { from, to: end })
  const allowed = intersect(free, allowedSpans(callingHoursOf(campaign, config.holidays), { zones, from, to: end }))
  const starts: number[] = []
  for (let i = 0; i < allowed.length; i += 2)
    for (let at = allowed[i]!; at < to && at + length <= allowed[i + 1]!; at += STEP) starts.push(at)
  return starts
}

/** Reserves the agent's time for a callback at `start`; violates `reservations_no_overlap` when another booking was faster. */
export async function takeAgentTime(
  tx: Tx,
  config: TenantConfig,
  campaign: Campaign,
  { agentId, reservationId, start }: { agentId: string; reservationId: string; start: number },
): Promise<void> {
  await tx.executeQuery(
    reserve({
      tenantId: config.tenantId,
      id: reservationId,
      agentId,
      from: start,
      to: start + campaign.personalMinutes * MINUTE,
      kind: 'appointment',
      expiresAt: null,
      configVersion: config.version,
    }),
  )
}
