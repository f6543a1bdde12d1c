// PURE. The typed document of a callback.
import type { Callback, CallbackDocument } from './callback.sql.ts'

export const documentOf = (c: Pick<Callback, 'document'>): CallbackDocument => c.document as unknown as CallbackDocument
