// Arrow keys in a grid of times: up and down within a day, left and right to the nearest time of another day.

const minutesOf = (input) => {
  const [hours, minutes] = input.parentElement.textContent
    .trim()
    .split(':')
    .map((text) => parseInt(text, 10))
  return hours * 60 + minutes
}

/** The times of each day, in order; days without any are left out. */
function columnsOf(table) {
  const columns = []
  for (const row of table.tBodies[0].rows)
    for (const cell of row.cells) {
      if (cell.cellIndex === 0) continue
      const inputs = [...cell.querySelectorAll('input[type=radio]')]
      ;(columns[cell.cellIndex - 1] ??= []).push(...inputs)
    }
  return columns.filter((column) => column.length > 0)
}

function targetOf(table, input, key) {
  const columns = columnsOf(table)
  const at = columns.findIndex((column) => column.includes(input))
  const column = columns[at]
  const i = column.indexOf(input)
  if (key === 'ArrowDown') return column[i + 1]
  if (key === 'ArrowUp') return column[i - 1]
  if (key === 'Home') return column[0]
  if (key === 'End') return column.at(-1)
  const beside = columns[at + (key === 'ArrowRight' ? 1 : -1)]
  const distance = (one) => Math.abs(minutesOf(one) - minutesOf(input))
  return beside?.reduce((best, one) => (distance(one) < distance(best) ? one : best))
}

addEventListener('keydown', (event) => {
  const table = event.target.closest?.('table[data-slots]')
  if (!table || event.target.type !== 'radio') return
  if (!['ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return
  event.preventDefault()
  const next = targetOf(table, event.target, event.key)
  if (!next) return
  next.checked = true
  next.focus()
  next.dispatchEvent(new Event('change', { bubbles: true }))
})
