// The waiting room as its office sees it: how many people wait before the booking pages, and for how long.
import Type from 'typebox'
import type { Api } from '../http/api.ts'
import { problems } from '../http/headers.ts'
import { tenantOf } from '../http/access.ts'
import { withScope } from '../http/route.ts'
import { Nullable } from '../platform/schema/schema.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { lineFigures, waitingRoomOf } from '../domain/waiting-room/waiting-room.ts'
import type { Deps } from '../domain/deps.ts'

const WaitingRoomShown = Type.Object(
  {
    admitPerMinute: Type.Integer({ description: 'How many people a minute begin to book; 0 = no waiting room' }),
    issued: Type.Integer({ description: 'Numbers given so far, also to people who did not have to wait' }),
    waiting: Type.Integer({ description: 'People in line' }),
    waitSeconds: Type.Integer({ description: 'How long the last of them waits' }),
    drawAt: Nullable(Type.String({ format: 'date-time', description: 'The opening whose draw people join now' })),
    inDraw: Type.Integer({ description: 'People who take part in it so far' }),
  },
  { title: 'WaitingRoomFigures', additionalProperties: false },
)

export function waitingRoomRoutes(app: Api, deps: Deps): void {
  app.get('/v1/waiting-room', {
    config: withScope('tenant:read'),
    schema: {
      tags: ['tenants'],
      operationId: 'getWaitingRoom',
      summary: 'How many people wait before the booking pages',
      response: { 200: WaitingRoomShown, ...problems },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const { settings } = await configOf(deps, tenantId)
      const { issued, waiting, wait, drawAt, inDraw } = await lineFigures(waitingRoomOf(deps, tenantId, settings))
      return {
        ...{
          admitPerMinute: settings.waitingRoom.admitPerMinute,
          issued,
          waiting,
          waitSeconds: Math.ceil(wait / 1000),
        },
        ...{ drawAt: drawAt === null ? null : new Date(drawAt).toISOString(), inDraw },
      }
    },
  })
}
