// People: found by number or name, seen with everything that happened, written about, merged, handed out and erased.
import {
  address,
  faultsOf,
  formIn,
  paramIn,
  queryIn,
  textIn,
  type AddDesk,
  type Desk,
  type DeskView,
  type Refusal,
  chosenIn,
  isSent,
  typedIn,
} from '../web/desk.ts'
import { action, form, proof } from '../web/desk.layout.ts'
import { choices, faultSummary, field, NO_FAULTS } from '../web/form.ts'
import { html, telephone, type Html } from '../web/html.ts'
import type { Found } from './book.routes.ts'
import { empty, moment, nameOf, refused, table } from './pieces.ts'
import { timeline, type TimelineItem } from './timeline.page.ts'
import { widgetsFor } from './widgets.ts'

type Contact = Found & {
  notes?: string
  locale?: string
  externalId?: string
  attributes?: Record<string, unknown>
  version: number
  archivedAt: string | null
}
type Consent = { id: string; purpose: string; isGiven: boolean; wording: string | null; source: string; at: string }

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

function details(desk: Desk, c: Contact, refusal: Refusal | undefined): Html {
  const w = desk.words.contacts
  const b = desk.words.book
  const to = `/agenda/contacts/${c.id}`
  const typed = (name: string, value = ''): string => typedIn(desk, to, name, value)
  const faults = refusal && isSent(desk, to) ? faultsOf(refusal) : NO_FAULTS
  return html`<details ${isSent(desk, to) && html`open`}>
    <summary>${w.change}</summary>
    ${form(
      desk,
      to,
      html`${field({ name: 'firstName', label: b.firstName, value: typed('firstName', c.firstName), required: true, maxLength: 100 }, faults)}
        ${field({ name: 'lastName', label: b.lastName, value: typed('lastName', c.lastName), required: true, maxLength: 100 }, faults)}
        ${field({ name: 'phone', label: b.phone, value: typed('phone', c.phone), type: 'tel', maxLength: 40 }, faults)}
        ${field({ name: 'email', label: b.email, value: typed('email', c.email), type: 'email', maxLength: 254 }, faults)}
        ${field({ name: 'notes', label: w.standingNote, value: typed('notes', c.notes), type: 'textarea', maxLength: 4000 }, faults)}
        <button class="secondary">${desk.words.appointment.save}</button>`,
    )}
  </details>`
}

async function privacySection(desk: Desk, c: Contact): Promise<Html> {
  const w = desk.words.contacts
  const to = `/agenda/contacts/${c.id}/consents`
  const { items } = await desk.read<{ items: Consent[] }>(`/v1/contacts/${c.id}/consents`)
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
                      >${one.isGiven ? desk.words.timeline.consentGiven : desk.words.timeline.consentTaken}</strong
                    >
                    ${one.purpose}<span class="detail"
                      >${moment(desk, one.at)}, ${one.source} ${one.wording}</span
                    ></span
                  >
                </li>`,
            )}
          </ul>`
    }
    ${
      desk.can('contacts:write') &&
      html`<details ${isSent(desk, to) && html`open`}>
        <summary>${w.recordConsent}</summary>
        ${form(
          desk,
          to,
          html`${field({ name: 'purpose', label: w.purpose, hint: w.purposeHint, value: typedIn(desk, to, 'purpose'), required: true, maxLength: 40 }, NO_FAULTS)}
            ${field({ name: 'wording', label: w.wording, value: typedIn(desk, to, 'wording'), type: 'textarea', maxLength: 2000 }, NO_FAULTS)}
            ${choices(
              {
                name: 'isGiven',
                legend: w.decision,
                options: [
                  { value: '1', label: w.agrees },
                  { value: '0', label: w.refuses },
                ],
                chosen: chosenIn(desk, to, 'isGiven', ['1']),
              },
              NO_FAULTS,
            )} <button class="secondary">${desk.words.appointment.save}</button>`,
        )}
      </details>`
    }
    ${
      desk.can('privacy:write') &&
      html`<p><a class="button secondary" href="/agenda/contacts/${c.id}/export" download>${w.export}</a></p>
        <details>
          <summary>${w.erase}</summary>
          <p>${w.eraseText(nameOf(c))}</p>
          ${action(desk, `/agenda/contacts/${c.id}/erasure`, w.eraseNow, {}, 'danger')}
        </details>`
    }
  </section>`
}

/** Other records of this person: their numbers and addresses still lead here, and each can be taken apart again. */
function mergedSection(desk: Desk, items: readonly Found[]): Html {
  const w = desk.words.contacts
  return html`<section>
    <h2>${w.alsoKnown}</h2>
    <ul class="rows">
      ${items.map(
        (one) =>
          html`<li>
            <span>${nameOf(one)}<span class="detail">${one.phone} ${one.email}</span></span>
            ${desk.can('contacts:merge') && action(desk, `/agenda/contacts/${one.id}/unmerge`, w.unmerge)}
          </li>`,
      )}
    </ul>
  </section>`
}

/** Both records side by side, and what will become of them; nothing happens before it is confirmed. */
async function mergePage(desk: Desk, id: string, otherId: string, refusal?: Refusal): Promise<DeskView> {
  const w = desk.words.contacts
  const read = async (one: string) => {
    const [c, history] = await Promise.all([
      desk.read<Contact>(`/v1/contacts/${encodeURIComponent(one)}`),
      desk.read<{ items: TimelineItem[] }>(address(`/v1/contacts/${encodeURIComponent(one)}/timeline`, { limit: 5 })),
    ])
    return { c, history: history.items }
  }
  const [kept, other] = await Promise.all([read(id), read(otherId)])
  const words = desk.words.book
  const rows = (
    [
      [words.firstName, 'firstName'],
      [words.lastName, 'lastName'],
      [words.phone, 'phone'],
      [words.email, 'email'],
      [words.notes, 'notes'],
    ] as const
  ).map(([label, name]) => [label, kept.c[name] ?? '–', other.c[name] ?? '–'])
  const story = (items: readonly TimelineItem[]): Html => timeline(desk, items)
  return {
    title: w.mergeTitle,
    section: 'contacts',
    main: html`<h1>${w.mergeTitle}</h1>
      ${refused(refusal)}
      ${table(w.mergeTitle, [w.field, w.stays, w.joins], [...rows, [w.timeline, story(kept.history), story(other.history)]])}
      <p>${w.mergeText}</p>
      <div class="buttons">
        ${action(desk, `/agenda/contacts/${id}/merge`, w.mergeNow, { otherId }, 'danger')}
        <a class="button secondary" href="${address(`/agenda/contacts/${otherId}/merge`, { other: id })}">${w.swap}</a>
        <a class="button secondary" href="/agenda/contacts/${id}">${w.notTheSame}</a>
      </div>`,
  }
}

async function contactPage(desk: Desk, id: string, cursor: string | undefined, refusal?: Refusal): Promise<DeskView> {
  const w = desk.words.contacts
  const [c, history, same, merged] = await Promise.all([
    desk.read<Contact>(`/v1/contacts/${id}`),
    desk.read<{ items: TimelineItem[]; nextCursor: string | null }>(
      address(`/v1/contacts/${id}/timeline`, { cursor, limit: 200 }),
    ),
    desk.read<{ items: Found[] }>(`/v1/contacts/${id}/duplicates`),
    desk.read<{ items: Found[] }>(`/v1/contacts/${id}/merged`),
  ])
  const canWrite = desk.can('contacts:write') && c.archivedAt === null
  const toNotes = `/agenda/contacts/${c.id}/notes`
  return {
    title: nameOf(c),
    section: 'contacts',
    main: html`${refusal && faultSummary(desk.pageWords, faultsOf(refusal))}
      <h1>${nameOf(c)}</h1>
      ${refused(refusal)} ${c.archivedAt !== null && html`<p class="notice warning">${w.archived}</p>`}
      <div class="beside">
        <div>
          <p>
            ${c.phone !== undefined && html`${telephone(c.phone)} `}${c.email !== undefined && html`<a href="mailto:${c.email}">${c.email}</a>`}
          </p>
          ${c.notes !== undefined && html`<p class="hint">${c.notes}</p>`}
          <div class="buttons">
            ${canWrite && desk.can('appointments:write') && html`<a class="button" href="${address('/agenda/book', { contact: c.id })}">${desk.words.today.book}</a>`}
          </div>
          <h2>${w.timeline}</h2>
          ${
            canWrite &&
            form(
              desk,
              toNotes,
              html`${field({ name: 'content', label: w.note, value: typedIn(desk, toNotes, 'content'), type: 'textarea', required: true, maxLength: 4000 }, NO_FAULTS)}<button
                  class="secondary"
                >
                  ${w.addNote}
                </button>`,
            )
          }
          <div data-live>${timeline(desk, history.items)}</div>
          ${history.nextCursor !== null && html`<p><a href="${address(`/agenda/contacts/${c.id}`, { cursor: history.nextCursor })}">${desk.words.timeline.earlier}</a></p>`}
        </div>
        <aside class="panel">
          ${canWrite && details(desk, c, refusal)}
          ${
            same.items.length > 0 &&
            html`<section>
              <h2>${w.same}</h2>
              <ul class="rows">
                ${same.items.map(
                  (one) =>
                    html`<li>
                      <span
                        ><a href="/agenda/contacts/${one.id}">${nameOf(one)}</a
                        ><span class="detail">${one.phone} ${one.email}</span></span
                      >${canWrite && desk.can('contacts:merge') && html`<a href="${address(`/agenda/contacts/${c.id}/merge`, { other: one.id })}">${w.compare}</a>`}
                    </li>`,
                )}
              </ul>
            </section>`
          }
          ${merged.items.length > 0 && mergedSection(desk, merged.items)} ${await privacySection(desk, c)}
          ${await widgetsFor(desk, 'contact', { contactId: c.id })}
        </aside>
      </div>`,
  }
}

export function contactPages(add: AddDesk): void {
  const searchPage = (desk: Desk, text: string, people: readonly Found[] | null, refusal?: Refusal): DeskView => {
    const w = desk.words.contacts
    return {
      title: w.title,
      section: 'contacts',
      main: html`<h1 data-address="/agenda/contacts">${w.title}</h1>
        ${refused(refusal)}
        <form method="post" action="/agenda/contacts" class="filters" role="search">
          ${proof(desk)}
          ${field({ name: 'text', label: desk.words.book.look, hint: desk.words.book.lookHint, value: text, required: true, maxLength: 200, autocomplete: 'off' }, NO_FAULTS)}
          <button>${desk.words.book.search}</button>
        </form>
        ${people !== null && (people.length === 0 ? empty(desk.words.book.nobody) : peopleList(people))}`,
    }
  }
  add({
    method: 'GET',
    url: '/agenda/contacts',
    scope: 'contacts:read',
    handler: async (desk) => searchPage(desk, '', null),
  })
  // By POST: what is searched for is a name or a number, which belong into no address and no log.
  add({
    method: 'POST',
    url: '/agenda/contacts',
    scope: 'contacts:read',
    handler: async (desk, request) => {
      const text = textIn(formIn(request), 'text')
      if (text.length < 2) return searchPage(desk, text, [])
      const answer = await desk.api<{ items: Found[] }>('POST', '/v1/contacts/lookup', { body: { text } })
      return answer.ok ? searchPage(desk, text, answer.body.items) : searchPage(desk, text, null, answer.refusal)
    },
  })
  add({
    method: 'GET',
    url: '/agenda/contacts/:id',
    scope: 'contacts:read',
    handler: (desk, request) => contactPage(desk, paramIn(request), queryIn(request).cursor),
  })

  function verb(
    name: string,
    done: string,
    scope: 'contacts:write' | 'contacts:merge' | 'privacy:write',
    run: (desk: Desk, id: string, given: (name: string) => string) => ReturnType<Desk['api']>,
    leads?: string,
  ): void {
    add({
      method: 'POST',
      url: `/agenda/contacts/:id${name}`,
      scope,
      handler: async (desk, request, reply) => {
        const id = paramIn(request)
        const answer = await run(desk, id, (field) => textIn(formIn(request), field))
        if (answer.ok) return { redirect: address(leads ?? `/agenda/contacts/${id}`, { done }) }
        reply.code(answer.status)
        return contactPage(desk, id, undefined, answer.refusal)
      },
    })
  }
  verb('', 'saved', 'contacts:write', (desk, id, given) => {
    const optional = (name: string): string | null => (given(name) === '' ? null : given(name))
    const body = {
      firstName: given('firstName'),
      lastName: given('lastName'),
      phone: optional('phone'),
      email: optional('email'),
      notes: optional('notes'),
    }
    return desk.api('PATCH', `/v1/contacts/${id}`, { body, headers: { 'if-match': '*' } })
  })
  verb('/notes', 'saved', 'contacts:write', (desk, id, given) =>
    desk.api('POST', `/v1/contacts/${id}/notes`, { body: { content: given('content') } }),
  )
  add({
    method: 'GET',
    url: '/agenda/contacts/:id/merge',
    scope: 'contacts:merge',
    handler: (desk, request) => mergePage(desk, paramIn(request), queryIn(request).other ?? ''),
  })
  verb('/merge', 'merged', 'contacts:merge', (desk, id, given) =>
    desk.api('POST', `/v1/contacts/${id}/merge`, { body: { otherId: given('otherId') } }),
  )
  verb('/unmerge', 'unmerged', 'contacts:merge', (desk, id) => desk.api('DELETE', `/v1/contacts/${id}/merge`))
  verb('/consents', 'saved', 'contacts:write', (desk, id, given) =>
    desk.api('POST', `/v1/contacts/${id}/consents`, {
      body: {
        purpose: given('purpose').toLowerCase(),
        isGiven: given('isGiven') === '1',
        ...(given('wording') === '' ? {} : { wording: given('wording') }),
      },
    }),
  )
  verb(
    '/erasure',
    'erased',
    'privacy:write',
    (desk, id) => desk.api('POST', `/v1/contacts/${id}/erasure`, { body: {} }),
    '/agenda/contacts',
  )
  add({
    method: 'GET',
    url: '/agenda/contacts/:id/export',
    scope: 'privacy:write',
    handler: async (desk, request) => {
      const id = paramIn(request)
      const content = JSON.stringify(await desk.read(`/v1/contacts/${id}/export`), null, 2)
      return { file: { name: `person-${id}.json`, type: 'application/json; charset=utf-8', content } }
    },
  })
}
