// The appointment as a pass for the wallet of a phone, if the office has keys for it.
import type { FastifyInstance } from 'fastify'
import { applePass, googleLink } from '../../application/wallet/wallet-keys.ts'
import type { Ticket } from '../../application/wallet/ticket.ts'
import { ofAppointment } from '../../application/messaging/wording.ts'
import type { Appointment } from '../../domain/appointment/appointment.sql.ts'
import { appointmentView } from '../../domain/appointment/appointment-view.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { addOwnPage } from '../pages.ts'
import type { Site } from '../site.ts'

/** The pass of an appointment that is to come; throws `link_invalid` for another. */
function ticketOf(site: Site, a: Appointment): Ticket {
  const isLive = a.status === 'confirmed' || a.status === 'pending'
  if (!isLive || a.ends_at.getTime() <= site.now) throw new AppError('link_invalid')
  const { variables } = ofAppointment(site, appointmentView(a))
  const isHere = a.channel === 'in_person'
  const address = isHere ? site.config.locations.get(a.location_id)?.address : undefined
  const w = site.words
  return {
    id: a.id,
    ...{ office: site.config.name, title: String(variables.service), when: String(variables.when), code: a.code },
    place: [variables.place, variables.address].filter(Boolean).join(', '),
    labels: [w.when, isHere ? w.address : w.where, w.code],
    ...{ start: a.starts_at.getTime(), end: a.ends_at.getTime() },
    background: site.settings.theme.headerBackground,
    ...{ latitude: address?.latitude, longitude: address?.longitude },
  }
}

export function walletPages(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id/wallet/apple',
    handler: async (_request, reply, site, a) => {
      const content = await applePass(deps, site.tenantId, ticketOf(site, a))
      reply.header('content-disposition', 'attachment; filename="appointment.pkpass"')
      return { text: content, type: 'application/vnd.apple.pkpass' }
    },
  })
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id/wallet/google',
    handler: async (_request, _reply, site, a) => ({
      redirect: await googleLink(deps, site.tenantId, ticketOf(site, a)),
    }),
  })
}
