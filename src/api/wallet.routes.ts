// REST routes that set and delete the keys for wallet passes, and say for which wallets keys are set.
import type { Api } from '../http/api.ts'
import Type from 'typebox'
import { dropKeys, keepKeys, walletsOf } from '../application/wallet/wallet-keys.ts'
import type { Deps } from '../domain/deps.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import { oneOf } from '../platform/schema/schema.ts'

const Pem = Type.String({ minLength: 50, maxLength: 10_000, description: 'PEM' })
const AppleBody = Type.Object(
  {
    passTypeId: Type.String({ pattern: '^pass\\.[a-zA-Z0-9.-]{1,100}$' }),
    teamId: Type.String({ pattern: '^[A-Z0-9]{10}$' }),
    certificate: Pem,
    privateKey: Pem,
    passphrase: Type.Optional(Type.String({ maxLength: 200 })),
    wwdr: Type.String({ minLength: 50, maxLength: 10_000, description: 'Apple’s intermediate certificate, PEM' }),
  },
  { additionalProperties: false },
)
const GoogleBody = Type.Object(
  {
    issuerId: Type.String({ pattern: '^[0-9]{5,30}$' }),
    email: Type.String({ format: 'email', maxLength: 254, description: 'Of the service account' }),
    privateKey: Pem,
  },
  { additionalProperties: false },
)

export function walletRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('tenants')
  app.get('/v1/wallets', {
    config: withScope('tenant:read'),
    schema: {
      ...docs('readWallets', 'Which wallets passes can be signed for'),
      response: {
        200: Type.Object({ apple: Type.Boolean(), google: Type.Boolean() }, { additionalProperties: false }),
        ...problems,
      },
    },
    handler: (request) => walletsOf(deps, tenantOf(request)),
  })
  app.put('/v1/wallets/apple', {
    config: withScope('tenant:write'),
    schema: {
      ...docs('setAppleWallet', 'Certificate and key for passes of Apple Wallet; a trial pass is signed with them'),
      body: AppleBody,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await keepKeys(deps, tenantOf(request), { wallet: 'apple', keys: request.body })
      return reply.code(204).send(null)
    },
  })
  app.put('/v1/wallets/google', {
    config: withScope('tenant:write'),
    schema: {
      ...docs('setGoogleWallet', 'Issuer and key for passes of Google Wallet; a trial pass is signed with them'),
      body: GoogleBody,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await keepKeys(deps, tenantOf(request), { wallet: 'google', keys: request.body })
      return reply.code(204).send(null)
    },
  })
  app.delete('/v1/wallets/:wallet', {
    config: withScope('tenant:write'),
    schema: {
      ...docs('deleteWallet', 'No more passes for this wallet'),
      params: Type.Object({ wallet: oneOf(['apple', 'google']) }, { additionalProperties: false }),
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await dropKeys(deps, tenantOf(request), request.params.wallet)
      return reply.code(204).send(null)
    },
  })
}
