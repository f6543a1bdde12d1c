// A grid of half hours to paint a week, beside the text lines with the same content. Keyboard: arrows and space.

const STEP = 30
const [FIRST, LAST] = [6 * 60, 22 * 60]
const pad = (n) => String(n).padStart(2, '0')
const text = (minutes) => `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
const minutes = (clock) => {
  const [h = '0', m = '0'] = clock.trim().split(/[:.]/)
  return Number(h) * 60 + Number(m)
}

/** The half hours that a line covers; null if the line cannot be shown as half hours. */
function cellsOf(line) {
  const on = new Set()
  for (const part of line
    .split(/[,;]/)
    .map((one) => one.trim())
    .filter(Boolean)) {
    const [from, to] = part.split(/[-–]/).map(minutes)
    if (from % STEP !== 0 || to % STEP !== 0 || from < FIRST || to > LAST) return null
    for (let at = from; at < to; at += STEP) on.add(at)
  }
  return on
}

function lineOf(on) {
  const parts = []
  let from = null
  for (let at = FIRST; at <= LAST; at += STEP) {
    if (on.has(at) && from === null) from = at
    if (!on.has(at) && from !== null) {
      parts.push(`${text(from)}-${text(at)}`)
      from = null
    }
  }
  return parts.join(', ')
}

function paint(place) {
  const fields = [...place.querySelectorAll('input')]
  const days = fields.map((field) => ({
    field,
    name: place.querySelector(`label[for="${field.id}"]`)?.textContent ?? '',
    on: cellsOf(field.value),
  }))
  if (days.some((day) => day.on === null)) return
  const table = document.createElement('table')
  table.className = 'painter'
  let painting = null
  const head = table.createTHead().insertRow()
  head.append(document.createElement('td'))
  for (let at = FIRST; at < LAST; at += 2 * STEP) {
    const cell = document.createElement('th')
    cell.colSpan = 2
    cell.scope = 'col'
    cell.textContent = String(at / 60)
    head.append(cell)
  }
  const set = (day, button, at, value) => {
    if (value) day.on.add(at)
    else day.on.delete(at)
    button.setAttribute('aria-pressed', String(value))
    day.field.value = lineOf(day.on)
  }
  for (const day of days) {
    const row = table.insertRow()
    const name = document.createElement('th')
    name.scope = 'row'
    name.textContent = day.name
    row.append(name)
    for (let at = FIRST; at < LAST; at += STEP) {
      const button = document.createElement('button')
      button.type = 'button'
      button.tabIndex = at === 9 * 60 ? 0 : -1
      button.setAttribute('aria-label', `${day.name} ${text(at)}`)
      button.setAttribute('aria-pressed', String(day.on.has(at)))
      button.addEventListener('click', (event) => {
        // A mouse has painted on pointerdown already; a touch counts only as a click, because it may be a scroll.
        if (event.detail === 0 || event.pointerType === 'touch') set(day, button, at, !day.on.has(at))
      })
      button.addEventListener('pointerdown', (event) => {
        if (event.pointerType === 'touch') return
        button.releasePointerCapture(event.pointerId)
        painting = !day.on.has(at)
        set(day, button, at, painting)
      })
      button.addEventListener('pointerenter', () => painting !== null && set(day, button, at, painting))
      button.addEventListener('keydown', (event) => {
        const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
        if (!step) return
        event.preventDefault()
        const cell = button.closest('td')
        const next =
          table.rows[cell.parentElement.rowIndex + step[0]]?.cells[cell.cellIndex + step[1]]?.querySelector?.('button')
        if (!next) return
        button.tabIndex = -1
        next.tabIndex = 0
        next.focus()
      })
      row.insertCell().append(button)
    }
    day.field.addEventListener('change', () => {
      const on = cellsOf(day.field.value)
      if (on === null) return
      day.on = on
      for (const [i, button] of [...row.querySelectorAll('button')].entries())
        button.setAttribute('aria-pressed', String(on.has(FIRST + i * STEP)))
    })
  }
  addEventListener('pointerup', () => (painting = null))
  const box = document.createElement('div')
  box.className = 'table'
  box.append(table)
  place.before(box)
}

for (const place of document.querySelectorAll('[data-painter]')) paint(place)
