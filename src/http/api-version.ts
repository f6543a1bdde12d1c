// The date of the API, and operations that will go: every answer says the one, answers of the others say when (RFC 9745, RFC 8594).
import type { FastifyInstance } from 'fastify'

/** The day of the last breaking change. Additions do not change it. docs/api holds the description of each date. */
export const API_VERSION = '2026-11-30'

type Deprecated = {
  /** The day from which it should not be used any more, YYYY-MM-DD. */
  since: string
  /** The day from which it may be gone; at least six months later. */
  sunset: string
  /** What to use instead, as a path. */
  use: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    deprecated?: Deprecated
  }
}

const seconds = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000

/** Adds `Agenda-Version` to answers of the API, and `Deprecation`, `Sunset` and `Link` to those of operations that will go. */
export function installVersions(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith('/v1/')) reply.header('agenda-version', API_VERSION)
    const { deprecated } = request.routeOptions.config
    if (deprecated)
      reply.headers({
        deprecation: `@${seconds(deprecated.since)}`,
        sunset: new Date(seconds(deprecated.sunset) * 1000).toUTCString(),
        link: `<${deprecated.use}>; rel="successor-version"`,
      })
    done()
  })
}
