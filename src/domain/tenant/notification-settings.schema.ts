// Request schemas for the settings of messages, waiting list and follow-up of low ratings.
import Type from 'typebox'
import { Email, Id } from '../../platform/schema/schema.ts'

const Clock = Type.String({ format: 'clock', description: 'HH:MM on the tenant’s clock' })
const Reminder = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', description: 'Names the rule' }),
    when: Type.Union([Type.Literal('before'), Type.Literal('after')]),
    minutes: Type.Integer({ minimum: 0, maximum: 525_600, description: 'Before the start, or after the end' }),
    channel: Type.String({
      pattern: '^[a-z]{2,20}$',
      description: 'email, best (e-mail where there is an address, else a text), or a text channel such as sms',
    }),
    ifBookedBefore: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 525_600,
        description: 'Only appointments made at least so many minutes before their start',
      }),
    ),
    serviceIds: Type.Optional(Type.Array(Id, { maxItems: 500, uniqueItems: true })),
    kind: Type.Optional(Type.Union([Type.Literal('reminder'), Type.Literal('survey')])),
  },
  { additionalProperties: false },
)
export const NotificationsBody = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean({ description: 'false: the service writes to nobody' })),
    replyTo: Type.Optional({ ...Email, description: 'Where answers go, those of calendars too' }),
    reminders: Type.Optional(
      Type.Array(Reminder, { maxItems: 10, description: 'One a day before, where it was booked two days before' }),
    ),
    quietHours: Type.Optional(
      Type.Object(
        { from: Clock, to: Clock },
        { additionalProperties: false, description: 'Text messages wait; equal = never' },
      ),
    ),
    digestAt: Type.Optional({ ...Clock, description: 'When agents are sent their day; absent = never' }),
    operatorEmail: Type.Optional({ ...Email, description: 'Who hears of webhooks that were switched off' }),
    retentionDays: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3650, description: 'Days after which the content of messages is erased' }),
    ),
  },
  { additionalProperties: false, title: 'Notifications', description: 'Messages to people' },
)
export const WaitingListBody = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean()),
    offerMinutes: Type.Optional(
      Type.Integer({ minimum: 5, maximum: 1440, description: 'How long an earlier time is kept for one person' }),
    ),
    leadMinutes: Type.Optional(
      Type.Integer({ minimum: 30, maximum: 20_160, description: 'Nothing is offered that begins sooner' }),
    ),
    maxOffersADay: Type.Optional(Type.Integer({ minimum: 1, maximum: 50 })),
  },
  { additionalProperties: false, title: 'WaitingList', description: '“Tell me if something earlier comes free”' },
)
export const FollowUpBody = Type.Object(
  {
    campaignId: Type.Optional({ ...Id, description: 'Where callbacks to unhappy citizens go; absent = nowhere' }),
    stars: Type.Optional(Type.Integer({ minimum: 0, maximum: 5, description: 'So many or fewer ask for one' })),
    recommendation: Type.Optional(Type.Integer({ minimum: -1, maximum: 10, description: 'So low or lower (0 to 10)' })),
  },
  { additionalProperties: false, title: 'FollowUp', description: 'What a low rating opens' },
)
