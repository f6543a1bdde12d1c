// The drawing of a script: laid out by a library in a worker, drawn here. It says the same as the list of steps.
import { svg } from './dom.js'
import { findings, linksOf, nameOf, script, select, selected, stepOf, words } from './script-model.js'
import { numberOf } from './script-outline.js'

const [WIDTH, HEIGHT, LETTER] = [184, 46, 6.6]
const WAIT = 250
const picture = () => document.getElementById('drawing')
let worker = null
let zoom = 1
let size = { width: 0, height: 0 }
let timer = null
/** The graph that was sent to be laid out, and whether another one waits. */
let sent = null
let isStale = false

const short = (text, letters) => (text.length > letters ? `${text.slice(0, letters - 1)}…` : text)

function graph() {
  const known = new Set(script.steps.map((step) => step.id))
  return {
    nodes: script.steps.map(({ id }) => ({ id, width: WIDTH, height: HEIGHT })),
    edges: script.steps.flatMap((step) =>
      linksOf(step)
        .filter((link) => known.has(link.to))
        .map(({ label, to }) => ({
          from: step.id,
          to,
          label: short(label, 22),
          width: short(label, 22).length * LETTER,
        })),
    ),
  }
}

function node({ id, x, y }) {
  const step = stepOf(id)
  if (!step) return null
  const isFaulty = findings.some((one) => one.stepId === id && one.isError)
  const box = svg(
    'g',
    {
      class: `node ${step.kind}${isFaulty ? ' faulty' : ''}`,
      'data-step': id,
      transform: `translate(${x - WIDTH / 2} ${y - HEIGHT / 2})`,
    },
    svg('rect', { width: WIDTH, height: HEIGHT, rx: step.kind === 'end' ? 22 : 5 }),
  )
  const kind = svg('text', { x: 10, y: 17, class: 'node-kind' })
  kind.textContent = `${numberOf(id)} ${words.kinds[step.kind]}`
  const name = svg('text', { x: 10, y: 35 })
  name.textContent = short(nameOf(step), 23)
  box.append(kind, name)
  return box
}

function edge({ points, x, y }, { label }) {
  const [first, ...rest] = points
  const line = svg('path', {
    class: 'edge',
    'marker-end': 'url(#arrow)',
    d: `M${first.x} ${first.y} ${rest.map((point) => `L${point.x} ${point.y}`).join(' ')}`,
  })
  if (!label) return [line]
  const text = svg('text', { x, y: y + 4, class: 'edge-label', 'text-anchor': 'middle' })
  text.textContent = label
  return [line, text]
}

function draw({ width, height, nodes, edges }) {
  size = { width, height }
  const arrow = svg(
    'marker',
    {
      id: 'arrow',
      viewBox: '0 0 8 8',
      refX: 7,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      orient: 'auto-start-reverse',
    },
    svg('path', { d: 'M0 0 L8 4 L0 8 z', class: 'arrow' }),
  )
  picture().replaceChildren(
    svg('defs', {}, arrow),
    ...edges.flatMap((one, i) => edge(one, sent.edges[i])),
    ...nodes.map(node).filter(Boolean),
  )
  setZoom(zoom)
  markSelected()
}

/** Lays the script out again, soon: not at each letter. */
export function drawSoon(wait = WAIT) {
  clearTimeout(timer)
  timer = setTimeout(() => {
    if (sent) return (isStale = true)
    sent = graph()
    worker.postMessage(sent)
  }, wait)
}

export function markSelected() {
  for (const box of picture().querySelectorAll('.selected')) box.classList.remove('selected')
  const box = picture().querySelector(`[data-step="${CSS.escape(selected)}"]`)
  if (!box) return
  box.classList.add('selected')
  const frame = picture().parentElement
  const [left, top] = /translate\(([\d.-]+) ([\d.-]+)\)/.exec(box.getAttribute('transform')).slice(1).map(Number)
  frame.scrollTo({ left: left * zoom - frame.clientWidth / 2 + WIDTH / 2, top: top * zoom - frame.clientHeight / 2 })
}

function setZoom(to) {
  zoom = Math.min(2, Math.max(0.2, to))
  picture().setAttribute('viewBox', `0 0 ${size.width} ${size.height}`)
  picture().setAttribute('width', Math.ceil(size.width * zoom))
  picture().setAttribute('height', Math.ceil(size.height * zoom))
}

export const larger = () => setZoom(zoom * 1.25)
export const smaller = () => setZoom(zoom / 1.25)
export function fit() {
  const { clientWidth } = picture().parentElement
  setZoom(Math.min(1, clientWidth / size.width, (0.68 * innerHeight) / size.height))
}

export function startDrawing() {
  worker = new Worker(new URL('./script-layout.js', import.meta.url))
  worker.addEventListener('message', ({ data }) => {
    draw(data)
    sent = null
    if (isStale) drawSoon(0)
    isStale = false
  })
  picture().addEventListener('click', (event) => {
    const box = event.target.closest('[data-step]')
    if (box) select(box.dataset.step)
  })
  drawSoon(0)
}
