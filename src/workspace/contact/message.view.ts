// The area that writes a message: mail or text, free or from a saved one, with what waits for an answer.
import { staffLanguageOf } from '../../kernel/language.ts'
import type { Static } from 'typebox'
import type { InboundShown } from '../../api/inbox.routes.ts'
import { fillVariables } from '../../domain/script/script-variables.ts'
import { textIn, type Text } from '../../domain/script/script.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { choices, field, hidden, NO_FAULTS, select } from '../../ui/form.ts'
import { moment, nameOf, optionsOf } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'
import { form } from '../frame/layout.ts'
import { address, chosenIn, faultsOf, isSent, typedIn } from '../frame/workspace.ts'
import { actAt, refusalOf, type Screen, type Summary } from './screen.ts'

type Saved = { id: string; name: string; subject?: Text; text: Text }
type Inbound = Static<typeof InboundShown>

const savedOnes = async (workspace: Workspace): Promise<Saved[]> =>
  (await workspace.read<{ items: Saved[] }>('/v1/saved-messages?limit=200')).items

/** A saved text for this person, in their language, with the variables filled in. */
function filled(workspace: Workspace, screen: Screen, summary: Summary, text: Text | undefined): string {
  const { contact } = summary
  const language = staffLanguageOf(contact.locale ?? workspace.settings.locale)
  const [next] = summary.nextVisits
  return fillVariables(textIn(text, language), {
    ...screen.talk?.facts,
    'contact.firstName': contact.firstName,
    'contact.lastName': contact.lastName,
    'contact.name': nameOf(contact),
    'agent.name': workspace.person.name,
    'office.name': workspace.config.name,
    'office.phone': workspace.settings.booking.supportPhone,
    ...(next ? { 'appointment.when': moment(workspace, next.start) } : {}),
    ...Object.fromEntries(
      Object.entries(contact.attributes ?? {}).map(([name, value]) => [`contact.attributes.${name}`, String(value)]),
    ),
  })
}

/** Messages of this person that nobody has answered yet. */
function waiting(workspace: Workspace, items: readonly Inbound[]): Html | false {
  if (items.length === 0) return false
  return html`<ul class="rows received">
    ${items.map(
      (one) =>
        html`<li>
          <span
            ><span class="detail">${moment(workspace, one.createdAt)} ${one.subject}</span> <q>${one.content}</q></span
          >
        </li>`,
    )}
  </ul>`
}

export async function messageTab(workspace: Workspace, screen: Screen): Promise<Html> {
  const w = workspace.words.contact
  const { summary } = screen
  if (summary === null) return html`<p class="notice note">${w.whoFirst}</p>`
  const to = actAt(screen, 'message')
  const refusal = refusalOf(screen, 'message')
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  const [saved, inbound] = await Promise.all([
    savedOnes(workspace),
    workspace.read<{ items: Inbound[] }>(
      address('/v1/inbound-messages', { status: 'open', contactId: summary.contact.id, limit: 5 }),
    ),
  ])
  const wanted = saved.find((one) => one.id === screen.query.saved)
  const subject = filled(workspace, screen, summary, wanted?.subject)
  const text = filled(workspace, screen, summary, wanted?.text)
  const ways = [
    ...(summary.waysToWrite.includes('email')
      ? [{ value: 'email', label: w.byMail, detail: html`<span class="detail">${summary.emails[0]}</span>` }]
      : []),
    ...(summary.waysToWrite.includes('text')
      ? [{ value: 'text', label: w.byText, detail: html`<span class="detail">${summary.numbers[0]}</span>` }]
      : []),
  ]
  if (ways.length === 0) return html`<p class="notice note">${w.noWay}</p>`
  return html`${waiting(workspace, inbound.items)}
  ${
    saved.length > 0 &&
    html`<form method="get" action="${screen.path}" class="filters" data-swap>
      <input type="hidden" name="do" value="message" />
      ${select({ name: 'saved', label: w.template, value: screen.query.saved ?? '', options: optionsOf(saved, w.noTemplate) }, NO_FAULTS)}
      <button class="secondary">${w.use}</button>
    </form>`
  }
  ${form(
    workspace,
    to,
    html`${hidden('saved', screen.query.saved ?? '')}
      ${choices(
        {
          name: 'channel',
          legend: w.way,
          options: ways,
          chosen: chosenIn(workspace, to, 'channel', [ways[0]!.value]),
          required: true,
        },
        faults,
      )}
      ${field(
        {
          name: 'subject',
          label: w.subject,
          value: isSent(workspace, to) ? typedIn(workspace, to, 'subject') : subject,
          maxLength: 150,
          autocomplete: 'off',
        },
        faults,
      )}
      ${field(
        {
          name: 'text',
          label: w.text,
          value: isSent(workspace, to) ? typedIn(workspace, to, 'text') : text,
          type: 'textarea',
          required: true,
          maxLength: 4000,
        },
        faults,
      )}
      <p class="hint" data-length="${w.length}" hidden></p>
      <details class="arrival">
        <summary>${w.preview}</summary>
        <blockquote data-preview></blockquote>
      </details>
      <button>${w.send}</button>`,
    'write',
  )}`
}
