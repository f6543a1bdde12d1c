// Fixes the calendar library's grid for keyboards and screen readers: correct roles, and real links.

/**
 * The library marks its grid as a table whose rows and cells are not where they belong, so screen readers do better without
 * these roles. The list is the accessible equivalent.
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
/** Repairs present elements, and those the library adds later. */
export function repairRoles(place) {
  repair(place)
  new MutationObserver(() => repair(place)).observe(place, { childList: true, subtree: true })
}

/** An appointment as a real link, reachable by keyboard. The click at the end of a drag is ignored. */
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
