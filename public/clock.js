// Counts down the hold by the server's clock and announces it in time; shows times in the reader's own time zone.
import { announce, word } from './words.js'

let timer = 0
/** End of the hold announced last, so that the next page does not repeat it. */
let saidUntil = ''

function startCountdown(hold) {
  // The browser's clock may be wrong: use only the difference.
  const ends = performance.now() + (Number(hold.dataset.until) - Number(hold.dataset.now))
  const left = hold.querySelector('.left')
  let said = saidUntil === hold.dataset.until ? 6 : Infinity
  saidUntil = hold.dataset.until
  const tick = () => {
    if (!hold.isConnected) return clearInterval(timer)
    const seconds = Math.max(0, Math.round((ends - performance.now()) / 1000))
    const minutes = Math.ceil(seconds / 60)
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    // Announce at the start and at five, two and one minutes: often enough to act, without disturbing.
    if (minutes < said && (said === Infinity || [5, 2, 1].includes(minutes))) {
      said = minutes
      announce(minutes === 1 ? word('leftOne') : word('left').replace('{n}', String(minutes)))
    }
    if (seconds > 0) return
    clearInterval(timer)
    // The hold cannot be extended any more; continuing takes the time again.
    hold.querySelector('button')?.remove()
    hold.querySelector('p').textContent = word('ended')
    announce(word('ended'))
  }
  timer = setInterval(tick, 1000)
  tick()
}

export function startClock() {
  clearInterval(timer)
  const hold = document.querySelector('.hold[data-until]')
  if (hold) startCountdown(hold)
  // What was said of a time that is no longer held is silent again.
  else if (saidUntil !== '') {
    saidUntil = ''
    announce('')
  }
  for (const note of document.querySelectorAll('.zone[data-zone]')) {
    // As on the server: English with the day before the month and 24 hours, Arabic with Western digits.
    const { lang } = document.documentElement
    const locale = { en: 'en-GB', ar: 'ar-u-nu-latn' }[lang] ?? lang
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone
    const at = Number(note.dataset.at)
    const clock = (timeZone) =>
      new Intl.DateTimeFormat(locale, {
        timeZone,
        dateStyle: 'medium',
        timeStyle: 'short',
      }).format(at)
    if (own && clock(own) === clock(note.dataset.zone)) note.classList.add('same')
    else if (own) note.querySelector('.local').textContent = word('local').replace('{time}', `${clock(own)} (${own})`)
  }
}
