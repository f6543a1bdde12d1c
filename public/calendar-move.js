// Moves an appointment in the calendar: reports the change, offers to undo it, and notifies the person only after a delay, or
// never.
import { call, say } from './workspace.js'

/** Delay (s) before the person is notified; until then the move can be undone unnoticed. */
const TELL_AFTER = 20
const moved = document.getElementById('moved')
let closing = 0

/** Shows what happened, with buttons for `choices`: `[label, action]`. */
function offer(text, ...choices) {
  clearTimeout(closing)
  moved.replaceChildren(`${text} `)
  for (const [label, choose] of choices) {
    const button = document.createElement('button')
    button.className = 'secondary'
    button.textContent = label
    button.addEventListener('click', choose)
    moved.append(button)
  }
  moved.hidden = false
  say(text)
}

const formatOf = (data) =>
  new Intl.DateTimeFormat(data.language, {
    ...{ timeZone: data.zone, weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  })

/** Whether people are notified: chosen by staff, remembered in this browser. */
const telling = document.getElementById('tell')
if (telling) {
  telling.checked = localStorage.getItem('agenda-tell') !== 'no'
  telling.addEventListener('change', () => localStorage.setItem('agenda-tell', telling.checked ? 'yes' : 'no'))
}

/** Returns the handler of drags and resizes. `instant`: converts the calendar's wall time to RFC 3339. */
export function moverOf(data, instant, refetch) {
  const format = formatOf(data)
  const placeOf = (e) => `${format.format(new Date(e.start))}, ${data.agents[e.agentId] ?? ''}`

  return async function move(info, isResize) {
    const e = info.event.extendedProps
    const agentId = info.newResource?.id ?? e.agentId
    const url = `/v1/appointments/${e.id}`
    const isWanted = telling?.checked !== false
    const body = { as: 'staff', reason: data.words.reason, start: instant(info.event.start), agentId }
    if (isWanted) body.notifyAfterSeconds = TELL_AFTER
    else body.notify = false
    if (isResize) body.durationMinutes = Math.round((info.event.end - info.event.start) / 60_000)
    try {
      const after = await call('POST', `${url}/rescheduling`, body, { 'if-match': `"${e.version}"` })
      const who = `${e.firstName} ${e.lastName}`
      // A person without an address is not notified, even if wanted.
      const isTold = isWanted && (await call('GET', `${url}/notice`)).channel !== null
      const done = `${who}: ${placeOf(e)} → ${placeOf(after)}.`
      const undo = [
        data.words.undo,
        async () => {
          await call('DELETE', `${url}/rescheduling`).then(
            () => offer(`${who}: ${data.words.undone}`),
            (problem) => offer(problem.detail),
          )
          refetch()
        },
      ]
      const silence = [
        data.words.dontTell,
        () =>
          call('DELETE', `${url}/notice`).then(
            () => offer(`${done} ${data.words.notTold}`, undo),
            (problem) => offer(`${done} ${problem.detail}`),
          ),
      ]
      if (isTold) {
        offer(`${done} ${data.words.toldSoon}`, undo, silence)
        closing = setTimeout(() => offer(`${done} ${data.words.told}`), TELL_AFTER * 1000)
      } else offer(`${done} ${data.words.notTold}`, undo)
      refetch()
    } catch (problem) {
      info.revert()
      offer(`${data.words.refused}${problem?.detail ?? ''} ${data.words.noChange}`)
    }
  }
}
