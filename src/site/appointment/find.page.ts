// Finds an appointment or a callback by its code, and sends the links of what is to come to who lost them.
import { codeIn } from '../../kernel/code.ts'
import { findPage } from './find.view.ts'
import type { FastifyInstance } from 'fastify'
import { formFields } from '../../http/fields.ts'
import { findByCode, type Appointment } from '../../domain/appointment/appointment.sql.ts'
import { findContact } from '../../domain/contact/contact.sql.ts'
import { toE164 } from '../../domain/contact/phone.ts'
import type { Deps } from '../../domain/deps.ts'
import { problemWords } from '../../locales/words.ts'
import { NO_FAULTS, messageBox } from '../../ui/form.ts'
import { html } from '../../platform/html/html.ts'
import { addPage } from '../pages.ts'
import { findCallbackByCode } from '../../domain/callback/callback.sql.ts'
import { rememberAppointment, rememberCallback, type Site } from '../site.ts'
import { sendLinks } from '../booking/send-links.ts'
import { documentOf as callbackDocument } from '../../domain/callback/callback-document.ts'
import { textOf } from '../../ui/form-input.ts'

async function find(deps: Deps, site: Site, code: string, means: string): Promise<Appointment | null> {
  const a = await findByCode(deps.db.kysely, site.tenantId, code)
  // Query the contact even for an unknown code, so that response time does not reveal which codes exist.
  const contact = await findContact(deps.db.kysely, site.tenantId, a?.contact_id ?? deps.newId())
  const wanted = means.trim().toLowerCase()
  const number = toE164(means, site.settings.country)
  const isTheirs =
    contact !== undefined &&
    ((contact.email !== null && contact.email.toLowerCase() === wanted) ||
      (number !== null && contact.phone === number))
  return a && isTheirs ? a : null
}

export const empty = { code: '', means: '', message: html``, faults: NO_FAULTS }

export function sendLinksForm(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/find/links',
    // Each request can send messages.
    limit: 10,
    handler: async (request, reply, site) => {
      const means = textOf(formFields(request), 'means', 254)
      if (means === '') {
        reply.code(422)
        return findPage(site, { ...empty, message: messageBox('warning', site.words.noCode, site.words.fieldMissing) })
      }
      await sendLinks(deps, site, means)
      const [title, text] = site.words.linksSent as [string, string]
      return findPage(site, { ...empty, message: messageBox('success', title, text) })
    },
  })
}

export function findForm(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/find',
    handler: async (request, reply, site) => {
      const form = formFields(request)
      const typed = { code: textOf(form, 'code', 20), means: textOf(form, 'means', 254) }
      const code = codeIn(typed.code)
      const faults = new Map<string, string>()
      if (code.length !== 8) faults.set('code', site.words.codeWrong)
      if (typed.means === '') faults.set('means', `${site.words.meansLabel}: ${site.words.fieldMissing}`)
      if (faults.size > 0) {
        reply.code(422)
        return findPage(site, { ...typed, message: html``, faults })
      }
      const a = await find(deps, site, code, typed.means)
      if (a) {
        rememberAppointment(request, reply, site, a)
        return { redirect: `${site.base}/appointments/${a.id}` }
      }
      // Callbacks have codes too: admit who knows both number and code.
      const number = toE164(typed.means, site.settings.country)
      const c = number === null ? undefined : await findCallbackByCode(deps.db.kysely, site.tenantId, code)
      if (c && callbackDocument(c).numbers.includes(number!)) {
        rememberCallback(request, reply, site, c.id)
        return { redirect: `${site.base}/callback/${c.id}` }
      }
      reply.code(404)
      const words = problemWords(site.language, 'appointment_not_matched', {})
      return findPage(site, { ...typed, message: messageBox('warning', words.title, words.detail), faults: NO_FAULTS })
    },
  })
}
