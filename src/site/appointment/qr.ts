// PURE. A QR code as SVG, drawn by the `qrcode` library; black on white in every scheme, because cameras need the contrast.
import { createRequire } from 'node:module'
import type * as Qrcode from 'qrcode'

const { create } = createRequire(import.meta.url)('qrcode') as typeof Qrcode

/** Modules of quiet zone around the code (ISO/IEC 18004). */
const QUIET = 4

/** SVG of the text, at error correction level M, with a title that says what it holds. `size`: of the image, in CSS pixels. */
export function qrSvg(text: string, size = 180): string {
  const { modules } = create(text, { errorCorrectionLevel: 'M' })
  const side = modules.size + 2 * QUIET
  // One stroke for each run of dark modules in a row.
  const rows = Array.from({ length: modules.size }, (_, y) =>
    Array.from({ length: modules.size }, (__, x) => (modules.get(x, y) ? '1' : '0')).join(''),
  )
  const path = rows
    .map((row, y) =>
      [...row.matchAll(/1+/g)]
        .map((run) => `M${run.index + QUIET} ${y + QUIET}h${run[0].length}v1h-${run[0].length}z`)
        .join(''),
    )
    .join('')
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${size}" height="${size}" ` +
    `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${path}"/></svg>`
  )
}
