// PURE. Which script a conversation gets: of the callback's segment or campaign, of the appointment's service, else that of
// incoming calls.
import type { TenantConfig } from '../catalogue/tenant-config.ts'

type About = {
  callback?: { campaign_id: string; document: unknown } | undefined
  appointment?: { service_ids: readonly string[] } | undefined
}

/** What uses a script: campaigns (their segments too), services, and incoming calls (null). */
export function usersOf(config: TenantConfig, id: string) {
  const campaigns = [...config.campaigns.values()].filter(
    (one) => one.scriptId === id || one.segments.some((segment) => segment.scriptId === id),
  )
  const services = [...config.services.values()].filter((one) => one.scriptId === id)
  return [
    ...campaigns.map(({ id: campaignId, name }) => ({ kind: 'campaign' as const, id: campaignId, name })),
    ...services.map(({ id: serviceId, name }) => ({ kind: 'service' as const, id: serviceId, name })),
    ...(config.settings.workspace.incomingScriptId === id ? [{ kind: 'incoming' as const, id, name: '' }] : []),
  ]
}

/** The id of the script, or null when none is set. */
export function scriptFor(config: TenantConfig, { callback, appointment }: About): string | null {
  const ofSegment = (callback?.document as { scriptId?: string } | undefined)?.scriptId
  const ofCampaign = config.campaigns.get(callback?.campaign_id ?? '')?.scriptId
  const ofService = (appointment?.service_ids ?? []).map((id) => config.services.get(id)?.scriptId).find(Boolean)
  if (callback) return ofSegment ?? ofCampaign ?? null
  return ofService ?? config.settings.workspace.incomingScriptId ?? null
}
