// Reports of mail and text providers, authenticated by a tenant key: replies, bounces, delivery receipts.
import type { Api } from '../http/api.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import Type from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import { defaulted } from '../platform/schema/schema.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { takeBounce, takeMail, takeReceipt, takeText } from '../application/notifications/inbound.ts'

const MOST_BYTES = 300_000
const TakenShown = Type.Object(
  {
    result: Type.String({
      description:
        'cancelled, accepted, bounced, stopped; inbox: somebody must answer it; stale: about a time that no longer counts; refused: too ' +
        'late by the office’s rules; ignored: nothing of ours',
    }),
  },
  { additionalProperties: false, title: 'Inbound' },
)
const Code = Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.-]{1,40}$' }))

const docs = documentedUnder('inbound')

const config = withScope('messages:write')

const response = { 200: TakenShown, ...problems }

function takeInboundMailRoute(app: Api, deps: Deps): void {
  void app.register(async (inner) => {
    inner.addContentTypeParser('message/rfc822', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, body, done) =>
      done(null, body),
    )
    inner.post('/v1/inbound/mail', {
      bodyLimit: MOST_BYTES,
      config,
      schema: {
        ...docs(
          'takeInboundMail',
          'A mail to the tenant’s reply address, as it came (message/rfc822): answers of calendars (RFC ' +
            '6047), undeliverable mail (RFC 3464)',
        ),
        consumes: ['message/rfc822'],
        response,
      },
      handler: async (request) => {
        const body: unknown = request.body
        if (!Buffer.isBuffer(body)) throw new AppError('unsupported_media_type')
        return { result: await takeMail(deps, await configOf(deps, tenantOf(request)), body) }
      },
    })
  })
}

function takeBounceRoute(app: Api, deps: Deps): void {
  app.post('/v1/inbound/bounces', {
    config,
    schema: {
      ...docs('takeBounce', 'A provider’s report of a mail that bounced or was complained of'),
      body: Type.Object(
        {
          messageId: Type.String({ minLength: 1, maxLength: 500, description: 'Message-ID, or the provider’s id' }),
          kind: Type.Union([Type.Literal('hard'), Type.Literal('soft'), Type.Literal('complaint')]),
          code: Code,
        },
        { additionalProperties: false },
      ),
      response,
    },
    handler: async (request) => {
      const said = request.body
      return { result: await takeBounce(deps, tenantOf(request), said) }
    },
  })
}

function takeReceiptRoute(app: Api, deps: Deps): void {
  app.post('/v1/inbound/receipts', {
    config,
    schema: {
      ...docs('takeReceipt', 'A gateway’s receipt of a text message'),
      body: Type.Object(
        {
          providerId: Type.String({ minLength: 1, maxLength: 200 }),
          status: Type.Union([Type.Literal('delivered'), Type.Literal('failed')]),
          code: Code,
        },
        { additionalProperties: false },
      ),
      response,
    },
    handler: async (request) => {
      const said = request.body
      return { result: (await takeReceipt(deps, tenantOf(request), said)) ? said.status : 'ignored' }
    },
  })
}

function takeInboundTextRoute(app: Api, deps: Deps): void {
  app.post('/v1/inbound/texts', {
    config,
    schema: {
      ...docs(
        'takeInboundText',
        'A text that a citizen sent: C cancels the appointment they were written about, STOP ends texts',
      ),
      body: Type.Object(
        {
          from: Type.String({ minLength: 3, maxLength: 40 }),
          text: Type.String({ maxLength: 2000 }),
          channel: defaulted(Type.String({ pattern: '^[a-z]{2,20}$', default: 'sms' })),
        },
        { additionalProperties: false },
      ),
      response,
    },
    handler: async (request) => {
      const { from, text, channel } = request.body
      return { result: await takeText(deps, await configOf(deps, tenantOf(request)), { channel, from, text }) }
    },
  })
}

export function inboundRoutes(app: Api, deps: Deps): void {
  takeInboundMailRoute(app, deps)
  takeBounceRoute(app, deps)
  takeReceiptRoute(app, deps)
  takeInboundTextRoute(app, deps)
}
