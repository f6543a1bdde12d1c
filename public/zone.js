// The wall clock of the office, whatever the zone of the computer: instants to local texts and back.

/** `wall` makes an instant the local text that calendars take; `instant` reads a local date of theirs as an instant. */
export function clockOf(zone) {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  const wall = (at) => format.format(new Date(at)).replace(' ', 'T')
  const pad = (n) => String(n).padStart(2, '0')
  function instant(date) {
    const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
    const text = `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}:00`
    let at = Date.parse(`${text}Z`)
    // The offset is looked up where it falls; a second look settles days on which it changes.
    for (let round = 0; round < 2; round += 1) at += Date.parse(`${text}Z`) - Date.parse(`${wall(at)}Z`)
    return new Date(at).toISOString()
  }
  return { wall, instant }
}
