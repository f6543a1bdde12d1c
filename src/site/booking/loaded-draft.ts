// A draft with everything that its pages need.
import type { FastifyRequest } from 'fastify'
import { pathPart, queryFields } from '../../http/fields.ts'
import type { Deps } from '../../domain/deps.ts'
import { NO_FAULTS } from '../../ui/form.ts'
import { firstText } from '../../ui/form-input.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Site } from '../site.ts'
import type { DraftPage } from './details.view.ts'
import { placeQuery, selectionQuery, type Draft, type Step } from './draft.ts'
import { requireDraft } from './drafts.ts'
import { networkLevel, networkToken } from './hold-limits.ts'
import { neededSteps } from './needed-steps.ts'
import type { Wish } from './selection.ts'
import { requireWish } from './wish-in-url.ts'

export type Loaded = {
  id: string
  base: string
  draft: Draft
  wish: Wish
  /** Level of proof of work that confirming costs; follows from what the same network already holds. */
  workLevel: () => Promise<number>
  page: (more?: Partial<DraftPage>) => DraftPage
}

/** Loads the draft in the URL with everything its pages need. */
export async function loadDraft(deps: Deps, request: FastifyRequest, site: Site): Promise<Loaded> {
  const id = pathPart(request, 'draft')
  const draft = await requireDraft(deps, site.tenantId, id)
  const base = `${site.base}/book/${id}`
  const query = selectionQuery(draft.selection)
  const wish = requireWish(site, { ...Object.fromEntries(query), service: query.getAll('service') })
  const links: Partial<Record<Step, string>> = {
    place: `${base}/place?${placeQuery(draft.selection).toString()}`,
    time: `${base}/time?${query.toString()}`,
    details: `${base}/details`,
    applicant: `${base}/applicant`,
  }
  const page = (more: Partial<DraftPage> = {}): DraftPage => ({
    id,
    base,
    draft,
    links,
    needed: neededSteps(site.config, wish),
    faults: NO_FAULTS,
    message: messageOf(site, firstText(queryFields(request), 'said')),
    ...more,
  })
  const workLevel = () => networkLevel(deps, site, networkToken(site, request.ip), draft.held?.id ?? null)
  return { id, base, draft, wish, workLevel, page }
}

/** The message for a code in the URL, which the pages themselves put there after an action. */
function messageOf(site: Site, said: string): Html {
  const w = site.words
  const texts: Record<string, string> = {
    extended: w.extended,
    changed: w.changedTime,
    other: w.changedElsewhere,
    held: w.heldAgain,
    sent: w.activationSent,
  }
  const text = Object.hasOwn(texts, said) ? texts[said] : undefined
  return text === undefined ? html`` : html`<p class="notice note" role="status">${text}</p>`
}
