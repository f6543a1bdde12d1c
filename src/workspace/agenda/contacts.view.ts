// Draws the search for people, one person with their whole story, and the merging of two.
import type { ConsentShown } from '../../api/privacy.routes.ts'
import type { Static } from 'typebox'
import { address, faultsOf, type WorkspaceView, chosenIn, isSent, typedIn } from '../frame/workspace.ts'
import { action, form, proof } from '../frame/layout.ts'
import { choices, faultSummary, field, NO_FAULTS, select } from '../../ui/form.ts'
import { html, telephone, type Html } from '../../platform/html/html.ts'
import type { Found } from './book.page.ts'
import { empty, moment, nameOf, refused, table } from '../frame/components.ts'
import { timeline, type TimelineItem } from './timeline.view.ts'
import { widgetsFor } from './widgets.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

type Contact = Found & {
  notes?: string
  locale?: string
  furtherPhones?: string[]
  furtherEmails?: string[]
  externalId?: string
  attributes?: Record<string, unknown>
  version: number
  archivedAt: string | null
}

type Consent = Static<typeof ConsentShown>

const peopleList = (people: readonly Found[]): Html =>
  html`<ul class="entries">
    ${people.map(
      (p) =>
        html`<li class="entry">
          <a class="what" href="/agenda/contacts/${p.id}"><strong>${nameOf(p)}</strong></a>
          <span class="detail">${p.phone} ${p.email}</span>
        </li>`,
    )}
  </ul>`

function details(workspace: Workspace, c: Contact, refusal: Refusal | undefined): Html {
  const w = workspace.words.contacts
  const b = workspace.words.book
  const to = `/agenda/contacts/${c.id}`
  const typed = (name: string, value = ''): string => typedIn(workspace, to, name, value)
  const faults = refusal && isSent(workspace, to) ? faultsOf(refusal) : NO_FAULTS
  // A fault in one of several lines stands at the field.
  const further = new Map([...faults].map(([name, text]) => [name.replace(/\.\d+$/, ''), text]))
  return html`<details ${isSent(workspace, to) && html`open`}>
    <summary>${w.change}</summary>
    ${form(
      workspace,
      to,
      html`${field(
          {
            name: 'firstName',
            label: b.firstName,
            value: typed('firstName', c.firstName),
            required: true,
            maxLength: 100,
          },
          faults,
        )}
        ${field({ name: 'lastName', label: b.lastName, value: typed('lastName', c.lastName), required: true, maxLength: 100 }, faults)}
        ${field({ name: 'phone', label: b.phone, value: typed('phone', c.phone), type: 'tel', maxLength: 40 }, faults)}
        ${field({ name: 'email', label: b.email, value: typed('email', c.email), type: 'email', maxLength: 254 }, faults)}
        ${field(
          {
            ...{ name: 'furtherPhones', label: w.furtherPhones, hint: w.onePerLine, type: 'textarea' },
            value: typed('furtherPhones', (c.furtherPhones ?? []).join('\n')),
          },
          further,
        )}
        ${field(
          {
            ...{ name: 'furtherEmails', label: w.furtherEmails, hint: w.onePerLine, type: 'textarea' },
            value: typed('furtherEmails', (c.furtherEmails ?? []).join('\n')),
          },
          further,
        )}
        ${select(
          {
            ...{ name: 'locale', label: workspace.words.contact.language, value: typed('locale', c.locale ?? '') },
            options: [
              { value: '', label: '–' },
              ...(['it', 'en'] as const).map((value) => ({ value, label: workspace.words.contact.languages[value] })),
            ],
          },
          faults,
        )}
        ${field({ name: 'notes', label: w.standingNote, value: typed('notes', c.notes), type: 'textarea', maxLength: 4000 }, faults)}
        <button class="secondary">${workspace.words.appointment.save}</button>`,
    )}
  </details>`
}

async function privacySection(workspace: Workspace, c: Contact): Promise<Html> {
  const w = workspace.words.contacts
  const to = `/agenda/contacts/${c.id}/consents`
  const { items } = await workspace.read<{ items: Consent[] }>(`/v1/contacts/${c.id}/consents`)
  return html`<section>
    <h2>${w.privacy}</h2>
    ${
      items.length === 0
        ? empty(w.noConsents)
        : html`<ul class="rows">
            ${items.map(
              (one) =>
                html`<li>
                  <span
                    ><strong
                      >${one.isGiven ? workspace.words.timeline.consentGiven : workspace.words.timeline.consentTaken}</strong
                    >
                    ${one.purpose}<span class="detail"
                      >${moment(workspace, one.at)}, ${one.source} ${one.wording}</span
                    ></span
                  >
                </li>`,
            )}
          </ul>`
    }
    ${
      workspace.can('contacts:write') &&
      html`<details ${isSent(workspace, to) && html`open`}>
        <summary>${w.recordConsent}</summary>
        ${form(
          workspace,
          to,
          html`${field(
              {
                name: 'purpose',
                label: w.purpose,
                hint: w.purposeHint,
                value: typedIn(workspace, to, 'purpose'),
                required: true,
                maxLength: 40,
              },
              NO_FAULTS,
            )}
            ${field(
              {
                name: 'wording',
                label: w.wording,
                value: typedIn(workspace, to, 'wording'),
                type: 'textarea',
                maxLength: 2000,
              },
              NO_FAULTS,
            )}
            ${choices(
              {
                name: 'isGiven',
                legend: w.decision,
                options: [
                  { value: '1', label: w.agrees },
                  { value: '0', label: w.refuses },
                ],
                chosen: chosenIn(workspace, to, 'isGiven', ['1']),
              },
              NO_FAULTS,
            )} <button class="secondary">${workspace.words.appointment.save}</button>`,
        )}
      </details>`
    }
    ${
      workspace.can('privacy:write') &&
      html`<p><a class="button secondary" href="/agenda/contacts/${c.id}/export" download>${w.export}</a></p>
        <details>
          <summary>${w.erase}</summary>
          <p>${w.eraseText(nameOf(c))}</p>
          ${action(workspace, { to: `/agenda/contacts/${c.id}/erasure`, label: w.eraseNow, className: 'danger' })}
        </details>`
    }
  </section>`
}

/** Records merged into this one: searches for their data lead here; each can be unmerged. */
function mergedSection(workspace: Workspace, items: readonly Found[]): Html {
  const w = workspace.words.contacts
  return html`<section>
    <h2>${w.alsoKnown}</h2>
    <ul class="rows">
      ${items.map(
        (one) =>
          html`<li>
            <span>${nameOf(one)}<span class="detail">${one.phone} ${one.email}</span></span>
            ${workspace.can('contacts:merge') && action(workspace, { to: `/agenda/contacts/${one.id}/unmerge`, label: w.unmerge })}
          </li>`,
      )}
    </ul>
  </section>`
}

/** Shows both records and the result of merging them; nothing changes before it is confirmed. */
export async function mergePage(
  workspace: Workspace,
  id: string,
  otherId: string,
  refusal?: Refusal,
): Promise<WorkspaceView> {
  const w = workspace.words.contacts
  const read = async (one: string) => {
    const [c, history] = await Promise.all([
      workspace.read<Contact>(`/v1/contacts/${encodeURIComponent(one)}`),
      workspace.read<{ items: TimelineItem[] }>(
        address(`/v1/contacts/${encodeURIComponent(one)}/timeline`, { limit: 5 }),
      ),
    ])
    return { c, history: history.items }
  }
  const [kept, other] = await Promise.all([read(id), read(otherId)])
  const words = workspace.words.book
  const rows = (
    [
      [words.firstName, 'firstName'],
      [words.lastName, 'lastName'],
      [words.phone, 'phone'],
      [words.email, 'email'],
      [words.notes, 'notes'],
    ] as const
  ).map(([label, name]) => [label, kept.c[name] ?? '–', other.c[name] ?? '–'])
  const story = (items: readonly TimelineItem[]): Html => timeline(workspace, items)
  return {
    title: w.mergeTitle,
    section: 'contacts',
    main: html`<h1>${w.mergeTitle}</h1>
      ${refused(refusal)}
      ${table(w.mergeTitle, [w.field, w.stays, w.joins], [...rows, [w.timeline, story(kept.history), story(other.history)]])}
      <p>${w.mergeText}</p>
      <div class="buttons">
        ${action(workspace, { to: `/agenda/contacts/${id}/merge`, label: w.mergeNow, fields: { otherId }, className: 'danger' })}
        <a class="button secondary" href="${address(`/agenda/contacts/${otherId}/merge`, { other: id })}">${w.swap}</a>
        <a class="button secondary" href="/agenda/contacts/${id}">${w.notTheSame}</a>
      </div>`,
  }
}

/** Others who may be the same person. */
function sameSection(workspace: Workspace, c: Contact, items: readonly Found[]): Html {
  const w = workspace.words.contacts
  const mayMerge = workspace.can('contacts:write') && c.archivedAt === null && workspace.can('contacts:merge')
  return html`<section>
    <h2>${w.same}</h2>
    <ul class="rows">
      ${items.map(
        (one) =>
          html`<li>
            <span
              ><a href="/agenda/contacts/${one.id}">${nameOf(one)}</a
              ><span class="detail">${one.phone} ${one.email}</span></span
            >${
              mayMerge &&
              html`<a href="${address(`/agenda/contacts/${c.id}/merge`, { other: one.id })}">${w.compare}</a>`
            }
          </li>`,
      )}
    </ul>
  </section>`
}

/** What can be begun for this person. */
const waysOn = (workspace: Workspace, c: Contact, canWrite: boolean): Html =>
  html`<div class="buttons">
    ${
      workspace.can('callbacks:work') &&
      c.archivedAt === null &&
      html`<a class="button" href="/agenda/contact/person/${c.id}">${workspace.words.contact.openFor}</a>`
    }
    ${
      canWrite &&
      workspace.can('appointments:write') &&
      html`<a class="button" href="${address('/agenda/book', { contact: c.id })}">${workspace.words.today.book}</a>`
    }
  </div>`

export async function contactPage(
  workspace: Workspace,
  id: string,
  cursor: string | undefined,
  refusal?: Refusal,
): Promise<WorkspaceView> {
  const w = workspace.words.contacts
  const [c, history, same, merged] = await Promise.all([
    workspace.read<Contact>(`/v1/contacts/${id}`),
    workspace.read<{ items: TimelineItem[]; nextCursor: string | null }>(
      address(`/v1/contacts/${id}/timeline`, { cursor, limit: 200 }),
    ),
    workspace.read<{ items: Found[] }>(`/v1/contacts/${id}/duplicates`),
    workspace.read<{ items: Found[] }>(`/v1/contacts/${id}/merged`),
  ])
  const canWrite = workspace.can('contacts:write') && c.archivedAt === null
  const toNotes = `/agenda/contacts/${c.id}/notes`
  return {
    title: nameOf(c),
    section: 'contacts',
    main: html`${refusal && faultSummary(workspace.pageWords, faultsOf(refusal))}
      <h1>${nameOf(c)}</h1>
      ${refused(refusal)} ${c.archivedAt !== null && html`<p class="notice warning">${w.archived}</p>`}
      <div class="beside">
        <div>
          <p>
            ${c.phone !== undefined && html`${telephone(c.phone)} `}${
              c.email !== undefined && html`<a href="mailto:${c.email}">${c.email}</a>`
            }
          </p>
          ${c.notes !== undefined && html`<p class="hint">${c.notes}</p>`} ${waysOn(workspace, c, canWrite)}
          <h2>${w.timeline}</h2>
          ${
            canWrite &&
            form(
              workspace,
              toNotes,
              html`${field(
                  {
                    name: 'content',
                    label: w.note,
                    value: typedIn(workspace, toNotes, 'content'),
                    type: 'textarea',
                    required: true,
                    maxLength: 4000,
                  },
                  NO_FAULTS,
                )}<button class="secondary">${w.addNote}</button>`,
            )
          }
          <div data-live>${timeline(workspace, history.items)}</div>
          ${
            history.nextCursor !== null &&
            html`<p>
              <a href="${address(`/agenda/contacts/${c.id}`, { cursor: history.nextCursor })}"
                >${workspace.words.timeline.earlier}</a
              >
            </p>`
          }
        </div>
        <aside class="panel">
          ${canWrite && details(workspace, c, refusal)}
          ${same.items.length > 0 && sameSection(workspace, c, same.items)}
          ${merged.items.length > 0 && mergedSection(workspace, merged.items)} ${await privacySection(workspace, c)}
          ${await widgetsFor(workspace, 'contact', { contactId: c.id })}
        </aside>
      </div>`,
  }
}

export const searchPage = (
  workspace: Workspace,
  text: string,
  people: readonly Found[] | null,
  refusal?: Refusal,
): WorkspaceView => {
  const w = workspace.words.contacts
  return {
    title: w.title,
    section: 'contacts',
    main: html`<h1 data-address="/agenda/contacts">${w.title}</h1>
      ${refused(refusal)}
      <form method="post" action="/agenda/contacts" class="filters" role="search">
        ${proof(workspace)}
        ${field(
          {
            name: 'text',
            label: workspace.words.book.look,
            hint: workspace.words.book.lookHint,
            value: text,
            required: true,
            maxLength: 200,
            autocomplete: 'off',
          },
          NO_FAULTS,
        )}
        <button>${workspace.words.book.search}</button>
      </form>
      ${people !== null && (people.length === 0 ? empty(workspace.words.book.nobody) : peopleList(people))}`,
  }
}
