// The calendar as a grid (EventCalendar). The list remains as an equal alternative. Moves happen at once and can be undone.
import { call, say } from './workspace.js'
import { moverOf } from './calendar-move.js'
import { fillerOf } from './filling.js'
import { linkOf, repairRoles } from './roles.js'
import { clockOf } from './zone.js'

const place = document.getElementById('calendar')
const data = JSON.parse(place.dataset.calendar)
place.removeAttribute('data-calendar')
const list = document.getElementById('list')
let fill = null
let isDragged = false
/** Whether a drag has just ended; reading resets it. */
const takeDrag = () => {
  const was = isDragged
  isDragged = false
  return was
}
const VIEWS = {
  day: 'timeGridDay',
  week: 'timeGridWeek',
  month: 'dayGridMonth',
  team: 'resourceTimelineDay',
  teamWeek: 'resourceTimelineWeek',
}

const { wall, instant } = clockOf(data.zone)
const isOfficeTime = () => instant(new Date()).slice(0, 16) === new Date().toISOString().slice(0, 16)

const shown = (e) => ({
  id: e.id,
  resourceIds: [e.agentId],
  start: wall(e.start),
  end: wall(e.end),
  title: `${e.firstName} ${e.lastName}, ${e.serviceIds.map((id) => data.services[id] ?? '').join(' + ')}`,
  classNames: [e.arrivedAt && e.status === 'confirmed' ? 'arrived' : e.status],
  editable: data.canWrite && ['pending', 'confirmed'].includes(e.status),
  durationEditable: data.canWrite && e.status === 'confirmed',
  extendedProps: e,
})

const move = moverOf(data, instant, refetch)

let isFilled = false
/** Pause (ms) before data that could not be loaded are asked for again. */
const RETRY = 15_000

async function refetch() {
  const joint = data.source.includes('?') ? '&' : '?'
  const range = `from=${encodeURIComponent(data.range.from)}&to=${encodeURIComponent(data.range.to)}`
  try {
    fill((await call('GET', `${data.source}${joint}${range}`, undefined, { 'x-agenda-background': '1' })).items)
  } catch {
    // An empty week would read as "nobody is coming": keep the page's own list and try again.
    if (!isFilled) [place.hidden, list.hidden] = [true, false]
    say(data.words.notLoaded)
    setTimeout(refetch, RETRY)
    return
  }
  isFilled = true
  ;[place.hidden, list.hidden] = [false, true]
}

/** On narrow screens the columns are too thin to use: keep the list. */
if (!matchMedia('(max-width: 47.9rem)').matches) show()

function show() {
  place.hidden = false
  list.hidden = true
  const calendar = EventCalendar.create(place, {
    view: VIEWS[data.view],
    date: data.date,
    locale: data.language,
    headerToolbar: { start: '', center: '', end: '' },
    resources: data.resources,
    events: [],
    firstDay: 1,
    slotDuration: '00:15:00',
    slotHeight: 32,
    slotMinTime: '07:00:00',
    slotMaxTime: '20:00:00',
    scrollTime: '08:00:00',
    flexibleSlotTimeLimits: true,
    // The indicator uses the computer's time zone: show it only if that is the office's zone.
    nowIndicator: isOfficeTime(),
    dayMaxEvents: true,
    slotWidth: 40,
    allDaySlot: false,
    selectable: false,
    eventDrop: (info) => void move(info, false),
    eventResize: (info) => void move(info, true),
    eventDragStart: () => (isDragged = true),
    eventResizeStart: () => (isDragged = true),
    eventContent: (info) => ({ domNodes: [linkOf(info, takeDrag)] }),
    dateClick: (info) => {
      if (!data.canWrite || data.view === 'month') return
      location.assign(
        `/agenda/book?date=${instant(info.date).slice(0, 10)}${info.resource ? `&agent=${info.resource.id}` : ''}`,
      )
    },
  })
  fill = fillerOf(calendar, shown)
  repairRoles(place)
  void refetch()
  let waiting = 0
  addEventListener('agenda-changed', () => {
    clearTimeout(waiting)
    waiting = setTimeout(refetch, 300)
  })
}
