// PURE. Plots as SVG, rendered on the server: columns over time, bars by group, a grid of hours. A table beside each has the
// same data.
import { html, type Html } from '../platform/html/html.ts'

export type Mark = { label: string; value: number | null; text: string }

const most = (marks: readonly Mark[]): number => Math.max(1e-9, ...marks.map((mark) => mark.value ?? 0))
const short = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text)

/** Rounds an axis maximum up to 1, 2 or 5 times a power of ten. */
export function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 5, 10].find((one) => one * power >= value - 1e-9)!
  return step * power
}

/** Columns over time, with three grid lines. */
export function columns(title: string, marks: readonly Mark[]): Html {
  const [width, height, left, bottom] = [720, 240, 52, 40]
  const top = niceCeiling(most(marks))
  const step = (width - left) / Math.max(1, marks.length)
  const y = (value: number): number => 8 + (height - bottom - 8) * (1 - value / top)
  const every = Math.ceil(marks.length / 10)
  return html`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
    ${[0, 0.5, 1].map(
      (part) =>
        html`<line class="rule" x1="${left}" x2="${width}" y1="${y(top * part)}" y2="${y(top * part)}" /><text
            x="${left - 6}"
            y="${y(top * part) + 4}"
            class="axis end"
            >${+(top * part).toPrecision(3)}</text
          >`,
    )}
    ${marks.map((mark, i) => {
      const value = mark.value ?? 0
      return html`<rect
          class="bar"
          x="${(left + i * step + step * 0.12).toFixed(1)}"
          width="${(step * 0.76).toFixed(1)}"
          y="${y(value).toFixed(1)}"
          height="${(height - bottom - y(value)).toFixed(1)}"
          ><title>${mark.label}: ${mark.text}</title></rect
        >${
          i % every === 0 &&
          html`<text class="axis middle" x="${(left + (i + 0.5) * step).toFixed(1)}" y="${height - bottom + 18}"
            >${short(mark.label, 10)}</text
          >`
        }`
    })}
  </svg>`
}

/** Horizontal bars with labels. */
export function bars(title: string, marks: readonly Mark[]): Html {
  const shown = marks.slice(0, 24)
  const [width, left, line] = [720, 230, 26]
  const top = most(shown)
  const height = shown.length * line + 8
  return html`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
    ${shown.map((mark, i) => {
      const length = ((width - left - 90) * (mark.value ?? 0)) / top
      return html`<text class="axis end" x="${left - 8}" y="${i * line + 20}">${short(mark.label, 30)}</text
        ><rect class="bar" x="${left}" y="${i * line + 6}" width="${length.toFixed(1)}" height="18"
          ><title>${mark.label}: ${mark.text}</title></rect
        ><text class="axis" x="${(left + length + 6).toFixed(1)}" y="${i * line + 20}">${mark.text}</text>`
    })}
  </svg>`
}

/** A grid of weekdays and hours; darker means more. */
export function grid(
  title: string,
  days: readonly string[],
  hours: readonly number[],
  value: (day: number, hour: number) => { share: number; text: string } | null,
): Html {
  const [left, top, cell, line] = [110, 24, 44, 30]
  const [width, height] = [left + hours.length * cell + 8, top + days.length * line + 8]
  return html`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
    ${hours.map((hour, i) => html`<text class="axis middle" x="${left + (i + 0.5) * cell}" y="16">${hour}</text>`)}
    ${days.map(
      (day, d) =>
        html`<text class="axis end" x="${left - 8}" y="${top + d * line + 20}">${day}</text>${hours.map((hour, i) => {
            const one = value(d, hour)
            return (
              one &&
              html`<rect
                  class="heat"
                  x="${left + i * cell + 1}"
                  y="${top + d * line + 1}"
                  width="${cell - 2}"
                  height="${line - 2}"
                  fill-opacity="${(0.12 + 0.5 * one.share).toFixed(2)}"
                  ><title>${day} ${hour}: ${one.text}</title></rect
                ><text class="axis middle" x="${left + (i + 0.5) * cell}" y="${top + d * line + 20}">${one.text}</text>`
            )
          })}`,
    )}
  </svg>`
}
