// Request schema for the settings of the waiting room.
import Type from 'typebox'
import { LocalDate } from '../../platform/schema/schema.ts'

const OpeningBody = Type.Object(
  {
    date: { ...LocalDate, description: 'The day on which many times become bookable, YYYY-MM-DD' },
    time: Type.String({ format: 'clock', description: 'HH:MM on the tenant’s clock' }),
    drawMinutes: Type.Integer({
      minimum: 1,
      maximum: 120,
      description: 'Who arrives in so many minutes before it takes part in a draw for the order',
    }),
  },
  { additionalProperties: false, title: 'WaitingRoomOpening' },
)

export const WaitingRoomBody = Type.Object(
  {
    admitPerMinute: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100_000,
        description: 'How many people a minute begin to book; the others wait in line. 0 (default) = no waiting room',
      }),
    ),
    openings: Type.Optional(Type.Array(OpeningBody, { maxItems: 20, description: 'Moments with a draw' })),
  },
  {
    additionalProperties: false,
    title: 'WaitingRoom',
    description:
      'The line before the booking pages, for hours in which more people come than the office can serve at once',
  },
)
