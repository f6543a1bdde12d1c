// The office's wall clock in any computer's time zone: converts instants to local texts and back.

/** `wall` converts an instant to the local text that calendars take; `instant` converts one of their local dates to an instant. */
export function clockOf(zone) {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  const wall = (at) => format.format(new Date(at)).replace(' ', 'T')
  const pad = (n) => String(n).padStart(2, '0')
  function instant(date) {
    const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
    const text = `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}:00`
    let at = Date.parse(`${text}Z`)
    // Apply the offset at the guessed instant; the second round corrects days on which the offset changes.
    for (let round = 0; round < 2; round += 1) at += Date.parse(`${text}Z`) - Date.parse(`${wall(at)}Z`)
    return new Date(at).toISOString()
  }
  return { wall, instant }
}
