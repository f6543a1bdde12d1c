// PURE. Chooses among the free agents: lowest load divided by weight first; the citizen's previous agent first when asked.

type Candidate = {
  agentId: string
  /** Relative share of work; 2 takes twice as much as 1. */
  weight: number
  /** Minutes reserved in the period over which fairness is measured. */
  load: number
}

type AssignmentReason = 'requested' | 'only_free' | 'previous_agent' | 'least_loaded'
export type Assignment = { agentId: string; reason: AssignmentReason; candidates: number; load: number }

/** Hash that breaks ties between equal loads without favouring the first in the list; the same input always gives the same order. */
function spread(agentId: string, salt: string): number {
  let hash = 2166136261
  for (const text of [agentId, salt]) {
    for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
  }
  return hash >>> 0
}

/**
 * Orders the free agents from the most to the least suitable.
 * @param previousAgentId ranked first when free; undefined = no preference
 * @param salt any text that differs between bookings, so that equal agents take turns
 */
export function rankAgents(
  candidates: readonly Candidate[],
  previousAgentId: string | undefined,
  salt: string,
): Assignment[] {
  const share = (c: Candidate): number => c.load / Math.max(c.weight, 0.01)
  const ordered = [...candidates].sort(
    (a, b) => share(a) - share(b) || spread(a.agentId, salt) - spread(b.agentId, salt),
  )
  const previous = ordered.findIndex((c) => c.agentId === previousAgentId)
  if (previous > 0) ordered.unshift(...ordered.splice(previous, 1))
  return ordered.map((c) => ({
    agentId: c.agentId,
    reason: c.agentId === previousAgentId ? 'previous_agent' : candidates.length === 1 ? 'only_free' : 'least_loaded',
    candidates: candidates.length,
    load: c.load,
  }))
}
