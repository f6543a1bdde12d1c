// PURE. Contrast of two colours (WCAG 2.2), and lighter variants of a colour for dark backgrounds.

const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i

type Rgb = readonly [number, number, number]

function rgbOf(hex: string): Rgb {
  const match = HEX.exec(hex)
  if (!match) throw new TypeError(`not a colour: ${hex}`)
  return [parseInt(match[1]!, 16), parseInt(match[2]!, 16), parseInt(match[3]!, 16)]
}

const hexOf = (rgb: Rgb): string => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`

/** Relative luminance from 0 (black) to 1 (white); WCAG 2.2, glossary, "relative luminance". */
function luminanceOf(hex: string): number {
  const [r, g, b] = rgbOf(hex).map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as unknown as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Contrast ratio from 1 to 21; WCAG 2.2, glossary, "contrast ratio". Colours as `#rrggbb`. */
export function contrastOf(one: string, other: string): number {
  const [light, dark] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** White or black, whichever has more contrast with the background. */
export function readableOn(background: string): string {
  return contrastOf('#ffffff', background) >= contrastOf('#000000', background) ? '#ffffff' : '#000000'
}

/** Mixes the colour with white until it reaches the contrast `ratio` on a dark background. */
export function lightenedFor(hex: string, background: string, ratio: number): string {
  const rgb = rgbOf(hex)
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = hexOf(rgb.map((part) => part + (255 - part) * share) as unknown as Rgb)
    if (contrastOf(mixed, background) >= ratio) return mixed
  }
  return '#ffffff'
}
