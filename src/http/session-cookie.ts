// The session cookie. Over TLS its name has the `__Host-` prefix, which binds it to this host (RFC 6265bis §4.1.3.2).
import type { FastifyReply, FastifyRequest } from 'fastify'

const NAME = 'agenda_session'
const nameFor = (request: FastifyRequest): string => (request.protocol === 'https' ? `__Host-${NAME}` : NAME)

/** The session token in the request's cookie, or undefined. */
export function sessionIn(request: FastifyRequest): string | undefined {
  const header = request.headers.cookie
  if (header === undefined || !header.includes(NAME)) return undefined
  const wanted = `${nameFor(request)}=`
  return header
    .split(/;\s*/)
    .find((pair) => pair.startsWith(wanted))
    ?.slice(wanted.length)
}

/** In a frame of another site, browsers send back only partitioned cookies (CHIPS). */
const optionsFor = (request: FastifyRequest, isFramed: boolean) =>
  isFramed && request.protocol === 'https'
    ? ({ path: '/', httpOnly: true, secure: true, sameSite: 'none', partitioned: true } as const)
    : ({ path: '/', httpOnly: true, secure: request.protocol === 'https', sameSite: 'lax' } as const)

export function giveSession(request: FastifyRequest, reply: FastifyReply, token: string, isFramed = false): void {
  reply.setCookie(nameFor(request), token, optionsFor(request, isFramed))
}

export function takeSession(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(nameFor(request), optionsFor(request, false))
}
