// Requests a callback in one call with few fields, for IVR systems and bots; the response contains text to read out.
import type { Api } from '../http/api.ts'
import { problems } from '../http/headers.ts'
import { withScope } from '../http/route.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { pageWords, preferredLanguage } from '../locales/words.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { MINUTE } from '../kernel/time/interval.ts'
import { dayOf, formatInstant } from '../kernel/time/zone.ts'
import { clockOf, dayAndMonth } from '../locales/dates.ts'
import { ask } from '../domain/callback/promise/request-callback.ts'
import { configOf } from '../domain/availability/current-config.ts'
import * as schema from '../domain/callback/callback.schema.ts'
import { campaignOf } from '../domain/catalogue/campaign-of.ts'

export function callbackIvrRoutes(app: Api, deps: Deps): void {
  app.post('/v1/callbacks/quick', {
    config: withScope('callbacks:write', 'none'),
    schema: {
      tags: ['callbacks'],
      operationId: 'askQuickCallback',
      summary: 'Ask for a callback from an answering machine or a bot; the answer can be read out',
      body: schema.QuickBody,
      response: { 200: schema.QuickShown, 201: schema.QuickShown, ...problems },
    },
    handler: async (request, reply) => {
      const config = await configOf(deps, tenantOf(request))
      const { campaign: name, number, at, reason, source = 'ivr', callId } = request.body
      const found = [...config.campaigns.values()].find((c) => c.id === name || c.externalId === name)
      if (!found) throw new AppError('not_found', { what: 'campaign', id: name })
      const { callback: c, isNew } = await ask(deps, config, {
        campaignId: campaignOf(config, found.id).id,
        channel: 'phone',
        numbers: [number],
        when: at === undefined ? { kind: 'now' } : { kind: 'at', at: Date.parse(at) },
        data: {},
        source,
        actor: actorOf(request),
        ...(reason === undefined ? {} : { reason }),
        ...(callId === undefined ? {} : { externalId: `${source}:${callId}` }),
      })
      const language = preferredLanguage(request.headers['accept-language']) ?? config.settings.locale
      const zone = config.campaigns.get(c.campaign_id)?.timeZone ?? config.timeZone
      const [from, to] = [c.window_from.getTime(), c.window_to.getTime()]
      const isToday = dayOf(zone, from) === dayOf(zone, deps.now())
      reply.code(isNew ? 201 : 200).header('location', `/v1/callbacks/${c.id}`)
      return {
        id: c.id,
        code: c.code,
        isNew,
        windowFrom: formatInstant(zone, from),
        windowTo: formatInstant(zone, to),
        waitMinutes: Math.max(0, Math.ceil((to - deps.now()) / MINUTE)),
        say: pageWords(language).callback.say(
          isToday ? null : dayAndMonth(language, dayOf(zone, from)),
          clockOf(zone, from),
          clockOf(zone, to),
        ),
      }
    },
  })
}
