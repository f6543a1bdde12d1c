// A citizen changes the answers of an appointment, or takes one of several people off it.
import type { FastifyInstance } from 'fastify'
import { formFields } from '../../http/fields.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'
import { amend } from '../../domain/appointment/change.ts'
import { leaveOne } from '../../domain/appointment/leave-one.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { NO_FAULTS } from '../../ui/form.ts'
import { textOf } from '../../ui/form-input.ts'
import { answerFaults, answersOf, asTyped, typedAnswers } from '../../ui/questions.ts'
import { addOwnPage } from '../pages.ts'
import { answersPage, leavePage } from './amend.view.ts'
import { changeOf } from './move.page.ts'
import { mayAmend, questionsOf } from './own-appointment.ts'

export function amendPages(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id/answers',
    handler: async (_request, _reply, site, a) => {
      const base = `${site.base}/appointments/${a.id}`
      const questions = questionsOf(site, a)
      if (!mayAmend(site, a) || questions.length === 0) return { redirect: base }
      return answersPage(site, { a, base, questions, answers: asTyped(documentOf(a).answers ?? {}), faults: NO_FAULTS })
    },
  })
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/answers',
    handler: async (request, reply, site, a) => {
      const base = `${site.base}/appointments/${a.id}`
      const questions = questionsOf(site, a)
      if (!mayAmend(site, a) || questions.length === 0) return { redirect: base }
      const form = formFields(request)
      const answers = typedAnswers(questions, form)
      const again = (faults: ReadonlyMap<string, string>) => {
        reply.code(422)
        return answersPage(site, { a, base, questions, answers, faults })
      }
      const faults = answerFaults(questions, answers, site.language)
      if (faults.size > 0) return again(faults)
      // A form from before a change elsewhere would write over it unseen.
      if (textOf(form, 'version', 10) !== String(a.version)) throw new AppError('changed_elsewhere')
      await amend(deps, changeOf(site, a), { answers: answersOf(questions, answers) })
      return { redirect: `${base}?said=answers` }
    },
  })
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/attendees',
    handler: async (request, _reply, site, a) => {
      const base = `${site.base}/appointments/${a.id}`
      const form = formFields(request)
      const name = textOf(form, 'leaves', 210)
      // The place may be taken by somebody else the moment it is free.
      const names = documentOf(a).attendees ?? []
      if (textOf(form, 'sure', 3) !== 'yes' && names.length > 1 && names.includes(name))
        return leavePage(site, base, name)
      const isOff = await leaveOne(deps, changeOf(site, a), name).catch((error: unknown) => {
        // Pressed twice: they are off it already.
        if (error instanceof AppError && error.code === 'not_found') return null
        throw error
      })
      if (!isOff) return { redirect: base }
      return { redirect: `${base}?said=leaves` }
    },
  })
}
