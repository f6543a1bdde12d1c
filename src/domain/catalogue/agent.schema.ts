// Schemas of agents and of pools of desks.
import Type from 'typebox'
import { Email, ExternalId, Id, Name } from '../../platform/schema/schema.ts'

const skills = {
  serviceIds: Type.Optional(Type.Array(Id, { maxItems: 500, uniqueItems: true, default: [], description: 'Skills' })),
  locationIds: Type.Optional(
    Type.Array(Id, { maxItems: 500, uniqueItems: true, default: [], description: 'Empty = at every location' }),
  ),
  weight: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 100,
      default: 1,
      description: 'Share of work; 2 is given twice as much as 1',
    }),
  ),
}

export const AgentBody = Type.Object(
  { name: Name, externalId: Type.Optional(ExternalId), email: Type.Optional(Email), ...skills },
  { additionalProperties: false },
)

export const PoolBody = Type.Object(
  {
    name: Name,
    externalId: Type.Optional(ExternalId),
    size: Type.Integer({ minimum: 1, maximum: 500, description: 'Number of unnamed desks' }),
    ...skills,
  },
  { additionalProperties: false },
)
