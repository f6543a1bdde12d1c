// Time and place of a draft: what was chosen before is changed inside the draft, so nothing typed is lost.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pathPart, queryFields } from '../../http/fields.ts'
import type { Deps } from '../../domain/deps.ts'
import type { ProblemCode } from '../../kernel/errors.ts'
import { faultWords } from '../../locales/words.ts'
import { NO_FAULTS, type Faults } from '../../ui/form.ts'
import { firstText, type Fields } from '../../ui/form-input.ts'
import { addPage, type Before, type Line, type View } from '../pages.ts'
import { draftSignature, type Site } from '../site.ts'
import { nextStep, placeQuery, selectionQuery, type Draft } from './draft.ts'
import { loadDraft } from './loaded-draft.ts'
import { choosePlace } from './place.page.ts'
import { OF_TIME, showTimes, takeTime } from './time.page.ts'
import { requireDraft } from './drafts.ts'
import { requireWish } from './wish-in-url.ts'
import { timeOfUuid } from '../../kernel/uuid.ts'

/** The query of a page in the draft: complete addresses stand for themselves, short ones mean the draft's own choice. */
function completed(request: FastifyRequest, draft: Draft): Fields | null {
  const query = queryFields(request)
  if ('service' in query) return null
  const own = selectionQuery(draft.selection)
  return { ...query, ...Object.fromEntries(own), service: own.getAll('service') }
}

/** The address of a page of the draft, with the whole selection in it. */
function completeAddress(path: string, query: Fields): string {
  const target = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of [value ?? []].flat()) if (one !== '') target.append(name, one)
  return `${path}?${target.toString()}`
}

/** The page of times of a draft. */
async function changeTime(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const { id, base, draft } = await loadDraft(deps, request, site)
  if (draft.appointmentId !== null) return { redirect: `${site.base}/appointments/${draft.appointmentId}` }
  const query = completed(request, draft)
  if (query) return { redirect: completeAddress(`${base}/time`, query) }
  const code = firstText(queryFields(request), 'gone') as ProblemCode
  const faults: Faults = OF_TIME.has(code) ? new Map([['at', faultWords(site.language, code, {})]]) : NO_FAULTS
  const way = { path: base, draft: { id, seal: draftSignature(site, id), held: draft.held } }
  return showTimes(deps, request, site, { way, faults })
}

/** The page of places of a draft; the time stays held until another one is pressed. */
async function changePlace(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const { base, draft } = await loadDraft(deps, request, site)
  if (draft.appointmentId !== null) return { redirect: `${site.base}/appointments/${draft.appointmentId}` }
  const query = queryFields(request)
  if (!('service' in query)) return { redirect: `${base}/place?${placeQuery(draft.selection).toString()}` }
  return choosePlace(deps, request, site, { wish: requireWish(site, query), path: base, way: firstText(query, 'way') })
}

/** Adds pages of a draft, which only the browser that began it can open. */
export const draftPages =
  (app: FastifyInstance, deps: Deps) =>
  (
    method: 'GET' | 'POST',
    name: string,
    handler: (request: FastifyRequest, reply: FastifyReply, site: Site) => Promise<View>,
    before?: Before,
  ): void =>
    addPage(app, deps, {
      ...{ method, url: `/:tenant/book/:draft/${name}`, access: { kind: 'browser' as const, of: 'draft' as const } },
      ...{ before, handler },
    })

/** Whoever holds a time may change it; one without a time, or begun before a draw, is like any other who wants one. */
const lineUnlessHeld =
  (deps: Deps, line: Line): Before =>
  async (request, reply, site) => {
    const id = pathPart(request, 'draft')
    const draft = await requireDraft(deps, site.tenantId, id)
    const isHeld = draft.appointmentId !== null || (draft.held !== null && draft.held.until > site.now)
    return isHeld && !line.isOvertaken(site, timeOfUuid(id)) ? null : line.before(request, reply, site)
  }

export function timeOfDraftRoutes(app: FastifyInstance, deps: Deps, line: Line): void {
  const own = draftPages(app, deps)
  const before = lineUnlessHeld(deps, line)
  own('GET', 'time', (request, _reply, site) => changeTime(deps, request, site), before)
  own(
    'POST',
    'time',
    (request, reply, site) =>
      takeTime(deps, request, reply, { site, inDraft: pathPart(request, 'draft'), took: line.took }),
    before,
  )
  own('GET', 'place', (request, _reply, site) => changePlace(deps, request, site), before)
  // Where the citizen left off.
  own('GET', 'resume', async (request, _reply, site) => {
    const { base, draft } = await loadDraft(deps, request, site)
    if (draft.appointmentId !== null) return { redirect: `${site.base}/appointments/${draft.appointmentId}` }
    return { redirect: `${base}/${nextStep(draft, deps.now())}` }
  })
}
