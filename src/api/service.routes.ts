// Services as a REST collection.
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../domain/deps.ts'
import { registerResource } from '../http/resource.routes.ts'
import { services } from '../domain/catalogue/resources/service.resource.ts'

export function serviceRoutes(app: FastifyInstance, deps: Deps): void {
  registerResource(app, deps, services)
}
