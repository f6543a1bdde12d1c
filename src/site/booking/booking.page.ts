// Registers the pages before a time is held: landing, place and time.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { queryFields } from '../../http/fields.ts'
import type { Deps } from '../../domain/deps.ts'
import { firstText } from '../../ui/form-input.ts'
import { addPage, type Before, type Line, type View } from '../pages.ts'
import { cookiesPage } from '../cookies.view.ts'
import { examplesPage } from '../examples.view.ts'
import type { Site } from '../site.ts'
import { landing } from './landing.page.ts'
import { choosePlace } from './place.page.ts'
import { showTimes, takeTime } from './time.page.ts'
import { requireWish } from './wish-in-url.ts'

/** `line`: lets people wait before the pages on which times are looked for and taken. */
export function bookingRoutes(app: FastifyInstance, deps: Deps, line: Line): void {
  const get = (url: string, run: (request: FastifyRequest, site: Site) => Promise<View>, before?: Before) =>
    addPage(app, deps, { method: 'GET', url, before, handler: (request, _reply, site) => run(request, site) })
  get('/:tenant', (request, site) => landing(deps, request, site))
  get('/:tenant/cookies', async (_request, site) => cookiesPage(site))
  get('/:tenant/examples', async (_request, site) => examplesPage(site, deps.links.base))
  get(
    '/:tenant/book',
    (request, site) =>
      choosePlace(deps, request, site, {
        wish: requireWish(site, queryFields(request)),
        path: `${site.base}/book`,
        way: firstText(queryFields(request), 'way'),
      }),
    line.before,
  )
  get('/:tenant/book/time', (request, site) => showTimes(deps, request, site), line.before)
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/book/time',
    // Each request can hold a slot. Whole towns share an IP address (mobile networks, libraries), so the proof of work grows
    // before this limit is reached.
    limit: Math.max(3, deps.publicRate * 2),
    before: line.before,
    handler: (request, reply, site) => takeTime(deps, request, reply, { site, took: line.took }),
  })
}
