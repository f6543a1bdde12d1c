// The page of somebody in line: asks where they stand as often as the server says, tells what changed, and goes on when it is their turn.
import { announce } from './words.js'

let timer = 0
let title = ''
/** Steps at which a screen reader is told: each of them, downwards. */
const TOLD = [1000, 500, 200, 100, 50, 20, 10, 5, 2, 1, 0]

export function startLine() {
  clearTimeout(timer)
  const box = document.querySelector('[data-line]')
  if (!box) return
  title = document.title
  let told = Number(box.dataset.ahead || Infinity)
  const later = (seconds) => (timer = setTimeout(look, seconds * 1000 * (0.85 + Math.random() * 0.3)))

  async function look() {
    if (!box.isConnected) return
    let news = null
    try {
      const answer = await fetch(box.dataset.line, {
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(10_000),
      })
      if (answer.ok) news = await answer.json()
    } catch {
      // No connection: the place is kept, and it is asked again.
    }
    if (!box.isConnected) return
    if (!news) return later(10)
    if (news.isTurn) {
      document.title = box.dataset.turn
      announce(box.dataset.turn)
      return location.reload()
    }
    box.querySelector('.place').textContent = news.place
    box.querySelector('.time').textContent = news.time
    if (news.ahead !== null) {
      document.title = `(${news.ahead}) ${title}`
      if (TOLD.some((step) => step < told && news.ahead <= step)) announce(`${news.place} ${news.time}`)
      told = Math.min(told, news.ahead)
    }
    later(news.again)
  }
  later(Number(box.dataset.again))
}
