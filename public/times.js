// The page of times: brings the open day of the strip into view, and moves among the times with the arrow keys.
const STEPS = { ArrowRight: 1, ArrowLeft: -1 }

/** The button above or below in the grid: the nearest in the row before or after. */
function across(buttons, from, direction) {
  const here = from.getBoundingClientRect()
  const rows = buttons.filter((b) => Math.sign(b.getBoundingClientRect().top - here.top) === direction)
  const distance = (b) => {
    const box = b.getBoundingClientRect()
    return Math.abs(box.top - here.top) * 10 + Math.abs(box.left - here.left)
  }
  return rows.sort((a, b) => distance(a) - distance(b))[0]
}

function onKey(event) {
  const buttons = [...event.currentTarget.querySelectorAll('.tiles button')]
  const at = buttons.indexOf(event.target)
  if (at < 0) return
  const ahead = document.documentElement.dir === 'rtl' ? -1 : 1
  const step = STEPS[event.key]
  const next =
    step === undefined
      ? { ArrowDown: () => across(buttons, event.target, 1), ArrowUp: () => across(buttons, event.target, -1) }[
          event.key
        ]?.()
      : buttons[at + step * ahead]
  if (!next) return
  event.preventDefault()
  next.focus()
}

export function startTimes() {
  const open = document.querySelector('.day-list [aria-current]')
  const strip = open?.closest('.day-list')
  if (strip) {
    const [box, inside] = [strip.getBoundingClientRect(), open.getBoundingClientRect()]
    strip.scrollLeft += inside.left - box.left - (box.width - inside.width) / 2
    if (strip.scrollHeight > strip.clientHeight + 1)
      strip.scrollTop += inside.top - box.top - (box.height - inside.height) / 2
  }
  document.querySelector('.pick-times')?.addEventListener('keydown', onKey)
}
