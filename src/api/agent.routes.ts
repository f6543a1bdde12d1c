// Agents and pools as REST collections. Desks are agents without a name of their own; they are changed through their pool.
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../domain/deps.ts'
import { registerResource } from '../http/resource.routes.ts'
import { agents, pools } from '../domain/catalogue/resources/agent.resource.ts'

export function agentRoutes(app: FastifyInstance, deps: Deps): void {
  registerResource(app, deps, agents)
  registerResource(app, deps, pools)
}
