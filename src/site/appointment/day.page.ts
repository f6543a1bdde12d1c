// The day itself: "I am here" by the code on the sign of the office, and how late the office is today.
import type { FastifyInstance } from 'fastify'
import { formFields, queryFields } from '../../http/fields.ts'
import { findAppointment } from '../../domain/appointment/appointment.sql.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'
import { setArrival } from '../../domain/appointment/change.ts'
import type { Deps } from '../../domain/deps.ts'
import { codeIn } from '../../kernel/code.ts'
import { AppError } from '../../kernel/errors.ts'
import { firstText, textOf } from '../../ui/form-input.ts'
import { addOwnPage, addPage } from '../pages.ts'
import { appointmentIdsOf, mayManage } from '../site.ts'
import { mayArrive, metresBetween, placeOf } from './day.ts'
import { changeOf } from './move.page.ts'
import { managePage } from './appointment.view.ts'
import { ownAppointment } from './own-appointment.ts'

export function dayPages(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/arrival',
    handler: async (request, reply, site, a) => {
      const sign = site.config.locations.get(a.location_id)?.arrivalCode
      const again = async (text: string) => {
        reply.code(422)
        return managePage(site, await ownAppointment(deps, site, a, { faults: new Map([['sign', text]]) }))
      }
      if (documentOf(a).arrivedAt !== undefined) return { redirect: `${site.base}/appointments/${a.id}?said=here` }
      if (!mayArrive(site, a)) return again(site.words.day.hereTooEarly)
      const form = formFields(request)
      const place = placeOf(site.config.locations.get(a.location_id))
      const [latitude, longitude] = ['latitude', 'longitude'].map((name) => Number.parseFloat(textOf(form, name, 30)))
      if (place && Number.isFinite(latitude) && Number.isFinite(longitude)) {
        const metres = metresBetween(place, { latitude: latitude!, longitude: longitude! })
        if (!(metres <= place.radius)) return again(site.words.day.hereFar)
      } else if (sign === undefined || codeIn(textOf(form, 'sign', 20)) !== codeIn(sign))
        return again(site.words.day.hereCodeWrong)
      await setArrival(deps, changeOf(site, a), true)
      return { redirect: `${site.base}/appointments/${a.id}?said=here` }
    },
  })
  addPage(app, deps, {
    method: 'GET',
    // The QR code on the sign leads here: to the appointment of this browser at this office, or to the form that finds it.
    url: '/:tenant/here',
    handler: async (request, _reply, site) => {
      const code = firstText(queryFields(request), 'sign').slice(0, 20)
      const at = [...site.config.locations.values()].find(
        (l) => !l.archived && l.arrivalCode !== undefined && codeIn(l.arrivalCode) === codeIn(code),
      )
      if (!at) throw new AppError('not_found', { what: 'page' })
      for (const id of appointmentIdsOf(request)) {
        const a = await findAppointment(deps.db.kysely, site.tenantId, id)
        if (a && a.location_id === at.id && mayManage(request, site, a) && mayArrive(site, a))
          return { redirect: `${site.base}/appointments/${a.id}?sign=${encodeURIComponent(code)}` }
      }
      return { redirect: `${site.base}/find` }
    },
  })
}
