// Fills the calendar and updates only changed entries, in batches, so that the page stays responsive and does not flicker.

/** Entries per batch; more at once would block the page. */
const BATCH = 50

/** `shown`: converts an entry to an event of the calendar. */
export function fillerOf(calendar, shown) {
  const known = new Map()
  let round = 0

  function put(entry) {
    const text = JSON.stringify(entry)
    if (known.get(entry.id) === text) return false
    if (known.has(entry.id)) calendar.updateEvent(shown(entry))
    else calendar.addEvent(shown(entry))
    known.set(entry.id, text)
    return true
  }

  /** Makes the calendar show exactly these entries. */
  return (entries) => {
    const mine = (round += 1)
    const ids = new Set(entries.map((e) => e.id))
    for (const id of [...known.keys()].filter((id) => !ids.has(id))) {
      calendar.removeEventById(id)
      known.delete(id)
    }
    let n = 0
    const step = () => {
      if (mine !== round) return
      for (let changed = 0; n < entries.length && changed < BATCH; n += 1) if (put(entries[n])) changed += 1
      if (n < entries.length) setTimeout(step)
    }
    step()
  }
}
