// The area that books or moves: what is wanted, the grid of free times, and what the office needs to know.
import { randomUUID } from 'node:crypto'
import { formatDate } from '../../kernel/time/zone.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { field, hidden, NO_FAULTS, select, type Faults, type Option } from '../../ui/form.ts'
import { answersOf, question, typedAnswers } from '../../ui/questions.ts'
import type { Fields } from '../../ui/form-input.ts'
import { moment, nameOf, optionsOf, serviceName, today } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'
import { form } from '../frame/layout.ts'
import { address, allTexts, faultsOf, textIn, typedIn } from '../frame/workspace.ts'
import type { ShownAppointment } from '../agenda/shown-appointment.ts'
import { actAt, isAgain, refusalOf, type Screen } from './screen.ts'
import { firstFree, gridOf, slotGrid, wantedIn, type Wanted } from './slot-grid.ts'

const POINTERS: Record<string, string> = { '/start': 'start', '/agentId': 'agent', '/override/reason': 'reason' }
const answerOf = (pointer: string): string => POINTERS[pointer] ?? pointer.slice(1).replace('answers/', '')

const questionsOf = (workspace: Workspace, wanted: Wanted) =>
  wanted.serviceIds.flatMap((id) => workspace.config.services.get(id)?.questions ?? [])

/** The answers in a sent form, for the API. */
export const answersIn = (workspace: Workspace, wanted: Wanted, given: Fields) =>
  answersOf(questionsOf(workspace, wanted), typedAnswers(questionsOf(workspace, wanted), given))

/** What the filters of the grid offer. */
function filters(workspace: Workspace, screen: Screen, wanted: Wanted): Html {
  const w = workspace.words.contact
  const { config } = workspace
  const [first = '', second = ''] = wanted.serviceIds
  const service = config.services.get(first)
  const able = [...config.agents.values()].filter((one) => wanted.serviceIds.every((id) => one.serviceIds.has(id)))
  const offices = [...config.locations.values()].filter(
    (one) => !service || service.locationIds.length === 0 || service.locationIds.includes(one.id),
  )
  const others = [...config.services.values()].filter((one) => one.combinable && one.id !== first)
  const durations = service?.durationOptions ?? []
  const isMoving = wanted.movingId !== null
  return html`<form method="get" action="${screen.path}" class="grid-filters" data-swap>
    ${hidden('do', isMoving ? 'move' : 'book')} ${isMoving && hidden('appointment', wanted.movingId!)}
    ${!isMoving && select({ name: 'service', label: w.services, value: first, options: optionsOf(config.services.values()) }, NO_FAULTS)}
    ${
      !isMoving &&
      service?.combinable === true &&
      select({ name: 'also', label: w.also, value: second, options: optionsOf(others, w.none) }, NO_FAULTS)
    }
    ${
      !isMoving &&
      durations.length > 1 &&
      select(
        {
          name: 'minutes',
          label: w.duration,
          value: wanted.minutes,
          options: [
            { value: '', label: w.usual },
            ...durations.map((n) => ({ value: String(n), label: w.minutes(n) })),
          ],
        },
        NO_FAULTS,
      )
    }
    ${
      offices.length > 1 &&
      select(
        {
          name: 'location',
          label: w.office,
          value: wanted.locationId,
          options: optionsOf(offices, w.any),
        },
        NO_FAULTS,
      )
    }
    ${able.length > 1 && select({ name: 'agent', label: w.agent, value: wanted.agentId, options: optionsOf(able, w.any) }, NO_FAULTS)}
    ${
      !isMoving &&
      (service?.seats ?? 1) > 1 &&
      field(
        { name: 'places', label: w.people, value: wanted.places, type: 'number', minimum: 1, maximum: service!.seats },
        NO_FAULTS,
      )
    }
    ${field({ name: 'from', label: w.from, value: formatDate(wanted.from), type: 'date' }, NO_FAULTS)}
    <button class="secondary">${w.showTimes}</button>
  </form>`
}

/** How the visit takes place, the questions of the services, and notes. */
function details(workspace: Workspace, screen: Screen, wanted: Wanted, faults: Faults): Html {
  const w = workspace.words.contact
  const to = actAt(screen, 'book')
  const channels = workspace.config.services.get(wanted.serviceIds[0] ?? '')?.channels ?? []
  const options: Option[] = channels.map(({ type }) => ({ value: type, label: workspace.pageWords.channels[type] }))
  const site = { words: workspace.pageWords, language: workspace.language, settings: workspace.settings }
  const typed = isAgain(workspace, screen, 'book')
    ? typedAnswers(questionsOf(workspace, wanted), workspace.sent!.form)
    : {}
  return html`<div class="row">
      ${
        options.length > 1 &&
        select(
          {
            name: 'channel',
            label: w.channel,
            value: typedIn(workspace, to, 'channel', String(options[0]!.value)),
            options: options as { value: string; label: string }[],
          },
          faults,
        )
      }
    </div>
    ${questionsOf(workspace, wanted).map((one) => question(site, one, typed[one.id] ?? '', faults))}
    ${field({ name: 'notes', label: w.notes, value: typedIn(workspace, to, 'notes'), maxLength: 1000, autocomplete: 'off' }, faults)}`
}

/** A time that the grid does not offer, with a reason; for those who may set rules aside. */
function overbooking(workspace: Workspace, screen: Screen, act: 'book' | 'move', faults: Faults): Html | false {
  const w = workspace.words.contact
  if (!workspace.can('appointments:staff')) return false
  const to = actAt(screen, act)
  const isOpen = isAgain(workspace, screen, act) && textIn(workspace.sent!.form, 'other') !== ''
  return html`<details ${isOpen && html`open`}>
    <summary>${w.overbook}</summary>
    <p class="hint">${w.overbookHint}</p>
    ${field({ name: 'other', label: w.when, value: typedIn(workspace, to, 'other'), type: 'datetime-local' }, faults)}
    ${field(
      {
        name: 'reason',
        id: 'override-reason',
        label: w.reason,
        value: typedIn(workspace, to, 'reason'),
        maxLength: 200,
        autocomplete: 'off',
      },
      faults,
    )}
    <button class="secondary" name="insist" value="1" formnovalidate>${w.insist}</button>
  </details>`
}

function waitingForm(workspace: Workspace, screen: Screen, wanted: Wanted): Html | false {
  const w = workspace.words.contact
  if (screen.summary === null || wanted.movingId !== null) return false
  return form(
    workspace,
    actAt(screen, 'waiting'),
    html`${wanted.serviceIds.map((id) => hidden('serviceIds', id))}
      ${wanted.locationId !== '' && hidden('location', wanted.locationId)}
      <p class="hint">${w.waitingText}</p>
      <button class="secondary">${w.waiting}</button>`,
    'waiting',
  )
}

/** The query by which the form comes back with the same wishes. */
const wishes = (wanted: Wanted): Html =>
  html`${wanted.serviceIds.map((id, i) => hidden(i === 0 ? 'service' : 'also', id))}
  ${hidden('minutes', wanted.minutes)} ${hidden('agent', wanted.agentId)} ${hidden('places', wanted.places)}
  ${hidden('from', formatDate(wanted.from))} ${hidden('location', wanted.locationId)}`

const whatMoves = (workspace: Workspace, a: ShownAppointment): string =>
  `${serviceName(workspace, a.serviceIds)}, ${moment(workspace, a.start)}`

/** The grid without the time that the appointment has already. */
function withoutOwn(grid: Awaited<ReturnType<typeof gridOf>>, own: string | null) {
  if (own === null) return grid
  const isOther = (slot: { start: string }): boolean => Date.parse(slot.start) !== Date.parse(own)
  const days = grid.days.map((day) => ({ ...day, slots: day.slots.filter(isOther) }))
  return { ...grid, days: days.filter((day) => day.slots.length > 0) }
}

export async function bookTab(workspace: Workspace, screen: Screen): Promise<Html> {
  const w = workspace.words.contact
  const isMoving = screen.query.do === 'move' && screen.appointment !== null
  const act = isMoving ? 'move' : 'book'
  if (!isMoving && screen.summary === null) return html`<p class="notice note">${w.whoFirst}</p>`
  const given = isAgain(workspace, screen, act) ? { ...screen.query, ...allTexts(workspace.sent!.form) } : screen.query
  const wanted = wantedIn(workspace, screen, { ...given, do: act })
  const refusal = refusalOf(screen, act)
  const faults = refusal ? faultsOf(refusal, answerOf) : NO_FAULTS
  const grid = withoutOwn(await gridOf(workspace, wanted), isMoving ? screen.appointment!.start : null)
  const place = (from: number): string => address(screen.path, { ...wishesOf(wanted), do: act, from: formatDate(from) })
  const name = screen.summary === null ? '' : nameOf(screen.summary.contact)
  return html`${filters(workspace, screen, wanted)}
    ${grid.refused !== null && html`<p class="notice warning" role="alert">${grid.refused}</p>`}
    <p class="buttons days">
      ${
        wanted.from > today(workspace) &&
        html`<a class="button secondary" href="${place(Math.max(today(workspace), wanted.from - 7))}" data-swap
          >${w.earlierDays}</a
        >`
      }
      <a class="button secondary" href="${place(grid.next)}" data-swap>${w.laterDays}</a>
    </p>
    ${form(
      workspace,
      actAt(screen, act),
      html`${wishes(wanted)} ${hidden('appointment', wanted.movingId ?? '')} ${hidden('key', randomUUID())}
      ${
        grid.days.length > 0
          ? html`${isMoving && html`<p>${w.moving(whatMoves(workspace, screen.appointment!))}</p>`}
              <p class="hint" id="grid-hint">${isMoving ? w.gridHintMove : w.gridHint}</p>
              ${slotGrid(workspace, wanted, grid.days, textOf(given.start))}`
          : grid.refused === null && wanted.serviceIds.length > 0 && (await firstFree(workspace, screen, wanted))
      }
      ${!isMoving && details(workspace, screen, wanted, faults)}
      ${
        grid.days.length > 0 &&
        html`<p class="commit">
          <button>${isMoving ? w.move : w.bookFor(name)} <span data-chosen></span></button>
        </p>`
      }
      ${overbooking(workspace, screen, act, faults)}`,
      'book-form',
    )}
    ${waitingForm(workspace, screen, wanted)}`
}

const textOf = (value: string | undefined): string => value ?? ''

const wishesOf = (wanted: Wanted): Record<string, string> => ({
  service: wanted.serviceIds[0] ?? '',
  also: wanted.serviceIds[1] ?? '',
  minutes: wanted.minutes,
  location: wanted.locationId,
  agent: wanted.agentId,
  places: wanted.places === '1' ? '' : wanted.places,
  appointment: wanted.movingId ?? '',
})
