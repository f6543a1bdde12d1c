// Cursor pagination. Ids are UUIDv7, so "after this id" means "created after". Cursors are opaque to callers.
import Type, { type TSchema } from 'typebox'
import { AppError } from '../../kernel/errors.ts'
import { defaulted } from './schema.ts'
import { isUuid } from '../../kernel/uuid.ts'

const MAX_PAGE = 200

export const PageQuery = {
  limit: defaulted(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'nextCursor of the page before.' })),
}

export function PageOf<T extends TSchema>(item: T, title: string) {
  return Type.Object(
    { items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) },
    { title, additionalProperties: false },
  )
}

export function encodeCursor(...parts: readonly string[]): string {
  return Buffer.from(parts.join('\n')).toString('base64url')
}

function decode(cursor: string): string[] {
  return Buffer.from(cursor, 'base64url').toString().split('\n')
}

function badCursor(): AppError {
  return new AppError('invalid_cursor', {}, { fields: [{ in: 'query', pointer: 'cursor', code: 'invalid_cursor' }] })
}

/** The id in a cursor with one part; null without a cursor. Throws `invalid_cursor`. */
export function decodeIdCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null
  const [id = '', ...rest] = decode(cursor)
  if (!isUuid(id) || rest.length > 0) throw badCursor()
  return id
}

/** Cursor of a list sorted by instant and id. */
export const encodeTimeCursor = (at: Date, id: string): string => encodeCursor(String(at.getTime()), id)

/** Instant (epoch ms) and id in a cursor with two parts; null without a cursor. Throws `invalid_cursor`. */
export function decodeTimeCursor(cursor: string | undefined): { at: number; id: string } | null {
  if (cursor === undefined) return null
  const [at = '', id = '', ...rest] = decode(cursor)
  if (!/^\d{1,14}$/.test(at) || !isUuid(id) || rest.length > 0) throw badCursor()
  return { at: Number(at), id }
}

/** Makes a page from rows read with `limit + 1`; the extra row only shows that there is a next page. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  cursorOf: (row: T) => string,
): { items: T[]; nextCursor: string | null } {
  const items = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? cursorOf(items.at(-1)!) : null }
}
