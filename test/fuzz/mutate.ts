// PURE. Changes of a text that parsers stumble over: parts cut, doubled and swapped, words of the format, numbers at their limits.
import type { Random } from './random.ts'

const NUMBERS = [
  '0',
  '-1',
  '1',
  '31',
  '32',
  '366',
  '999',
  '1000',
  '65536',
  '2147483648',
  '9007199254740993',
  '1e400',
  '٣',
  'NaN',
]
const ODD = [
  '\0',
  '\u{feff}',
  '\r',
  '\n',
  '\r\n ',
  '\t',
  '"',
  "'",
  '\\',
  ';',
  ':',
  ',',
  '=',
  '%',
  '{{',
  '}}',
  '{%',
  '%}',
  'é',
  '😀',
  '\ud800',
  '\u202e',
]
const MOST = 4_000

type Change = (text: string, random: Random, other: string, words: readonly string[]) => string
const cut = (text: string, random: Random): [number, number] => {
  const from = random.int(0, text.length)
  return [from, Math.min(text.length, from + random.int(1, random.chance(0.3) ? 200 : 8))]
}
const insert = (text: string, at: number, part: string): string => text.slice(0, at) + part + text.slice(at)

const CHANGES: readonly Change[] = [
  (text, random) => {
    const [from, to] = cut(text, random)
    return text.slice(0, from) + text.slice(to)
  },
  (text, random) => {
    const [from, to] = cut(text, random)
    return insert(text, random.int(0, text.length), text.slice(from, to).repeat(random.int(1, 3)))
  },
  (text, random, _other, words) => insert(text, random.int(0, text.length), random.pick(words)),
  (text, random) => insert(text, random.int(0, text.length), random.pick(ODD)),
  (text, random) => insert(text, random.int(0, text.length), random.pick(NUMBERS)),
  (text, random) => {
    const numbers = [...text.matchAll(/\d+/g)]
    if (numbers.length === 0) return text
    const { index, 0: found } = random.pick(numbers)
    return text.slice(0, index) + random.pick(NUMBERS) + text.slice(index + found.length)
  },
  (text, random, other) => text.slice(0, random.int(0, text.length)) + other.slice(random.int(0, other.length)),
  (text, random) => {
    const lines = text.split('\n')
    const [a, b] = [random.int(0, lines.length - 1), random.int(0, lines.length - 1)]
    ;[lines[a], lines[b]] = [lines[b]!, lines[a]!]
    return lines.join('\n')
  },
  (text, random) => insert(text, random.int(0, text.length), String.fromCharCode(random.int(0, 0x2ff))),
]

/** One to five changes of `text`; `other` is another text of the corpus, `words` are words of the format. */
export function mutated(text: string, random: Random, other: string, words: readonly string[]): string {
  let out = text
  for (let left = random.int(1, 5); left > 0; left -= 1) out = random.pick(CHANGES)(out, random, other, words)
  return out.slice(0, MOST)
}
