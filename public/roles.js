// What the calendar library's grid lacks for the keyboard and for screen readers: true roles, and links that are links.

/**
 * The library calls its grid a table that has neither rows nor cells where they belong: a screen reader is better off without
 * these roles. The list is the equal for whoever reads.
 */
const UNTRUE = new Set(['table', 'rowgroup', 'row', 'cell', 'rowheader', 'columnheader'])
function repair(place) {
  for (const element of place.querySelectorAll('[role]'))
    if (UNTRUE.has(element.getAttribute('role'))) element.removeAttribute('role')
  for (const name of ['aria-colindex', 'aria-rowindex', 'aria-colcount', 'aria-rowcount'])
    for (const element of place.querySelectorAll(`[${name}]`)) element.removeAttribute(name)
  for (const main of place.querySelectorAll('.ec-main')) {
    main.tabIndex = 0
    main.setAttribute('aria-label', place.getAttribute('aria-label'))
  }
}
/** Repairs what is there, and whatever the library adds. */
export function repairRoles(place) {
  repair(place)
  new MutationObserver(() => repair(place)).observe(place, { childList: true, subtree: true })
}

/** An appointment as a link of its own: it is reached and opened as any other. The end of a drag is no click. */
export function linkOf(info, wasDragged) {
  const link = document.createElement('a')
  link.href = `/agenda/appointments/${info.event.id}`
  link.textContent = `${info.timeText} ${info.event.title}`
  link.draggable = false
  link.addEventListener('click', (event) => {
    if (wasDragged()) event.preventDefault()
  })
  return link
}
