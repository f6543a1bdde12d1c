// Schedules (versioned by validity), openings, absences and closures as REST collections.
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../domain/deps.ts'
import { registerResource } from '../http/resource.routes.ts'
import { schedules, openings, absences, closures } from '../domain/catalogue/resources/schedule.resource.ts'

export function availabilityRoutes(app: FastifyInstance, deps: Deps): void {
  for (const resource of [schedules, openings, absences, closures]) registerResource(app, deps, resource)
}
