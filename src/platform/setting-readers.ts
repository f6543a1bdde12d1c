// PURE. Readers of the text of a setting; each throws a sentence about what is expected.
import { keyIn } from './vault/cipher.ts'

export const integer = (low: number, high: number) => (text: string) => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < low || value > high) throw new Error(`a whole number from ${low} to ${high}`)
  return value
}
export const oneOf =
  (...values: string[]) =>
  (text: string) => {
    if (!values.includes(text)) throw new Error(`one of ${values.join(', ')}`)
    return text as never
  }
export const flag = (text: string): boolean => {
  if (!['true', 'false'].includes(text)) throw new Error('true or false')
  return text === 'true'
}
export const anyText = (text: string): string => text
export const url = (text: string): string | undefined => {
  if (text !== '' && !/^postgres(ql)?:\/\//.test(text)) throw new Error('an URL that begins with postgresql://')
  return text || undefined
}
export const webUrl = (text: string): string | undefined => {
  if (text !== '' && !/^https?:\/\/[^/?#]+[^?#]*$/.test(text)) throw new Error('an URL that begins with https://')
  return text.replace(/\/+$/, '') || undefined
}
export const smtp = (text: string): string | undefined => {
  if (text !== '' && !/^smtps?:\/\//.test(text)) throw new Error('an URL that begins with smtp:// or smtps://')
  return text || undefined
}
export const amqp = (text: string): string | undefined => {
  if (text !== '' && !/^amqps?:\/\//.test(text)) throw new Error('an URL that begins with amqp:// or amqps://')
  return text || undefined
}
export const secret = (text: string): string | undefined => {
  if (text !== '' && text.length < 32) throw new Error('at least 32 characters')
  return text || undefined
}

export const keyList = (text: string): Buffer[] =>
  text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map((part) => {
      const key = keyIn(part)
      if (!key) throw new Error('32 bytes in base64 or hexadecimal each')
      return key
    })
