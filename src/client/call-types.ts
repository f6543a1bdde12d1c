// What a call takes and answers, from the generated types of the API.
import type { paths } from './api.d.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** The addresses that have an operation of this method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never
}[keyof paths]

type OperationOf<M extends Method, P extends PathOf<M>> = paths[P][M]
type JsonIn<T> = T extends { content: { 'application/json': infer Json } } ? Json : never
type TextIn<T> = T extends { content: infer C } ? ('application/json' extends keyof C ? never : string) : never
type Part<O, Name extends string> = O extends { parameters: { [K in Name]?: infer T } } ? NonNullable<T> : never
/** A part that is left out when nothing in it is required. */
type Maybe<Name extends string, T> = [T] extends [never]
  ? { [K in Name]?: undefined }
  : Record<never, never> extends T
    ? { [K in Name]?: T }
    : { [K in Name]: T }

type BodyOf<O> = O extends { requestBody: infer B }
  ? JsonIn<B> | TextIn<B>
  : O extends { requestBody?: infer B }
    ? JsonIn<NonNullable<B>> | TextIn<NonNullable<B>> | undefined
    : undefined

/** What every call can take beside its own parts. */
export type CallOptions = {
  /** Replaces the key that POST calls make up; use your own to make a call safe across restarts. */
  idempotencyKey?: string
  /** The version that you have read (`ifMatch(record)`), or `*` for any. */
  ifMatch?: string
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** The path, query and body of an operation, as far as it has them. */
export type CallOf<M extends Method, P extends PathOf<M>> = Maybe<'path', Part<OperationOf<M, P>, 'path'>> &
  Maybe<'query', Part<OperationOf<M, P>, 'query'>> &
  (undefined extends BodyOf<OperationOf<M, P>>
    ? { body?: BodyOf<OperationOf<M, P>> }
    : { body: BodyOf<OperationOf<M, P>> }) &
  CallOptions

type ResponsesOf<O> = O extends { responses: infer R } ? R : never
/** What an operation answers; the text when it is no JSON, null when it is empty. */
export type AnswerOf<M extends Method, P extends PathOf<M>> = AnswerIn<ResponsesOf<OperationOf<M, P>>>
type AnswerIn<R> = AnswerFor<R, 200> | AnswerFor<R, 201> | AnswerFor<R, 202> | AnswerFor<R, 204>
type AnswerFor<R, S extends number> = S extends keyof R
  ? R[S] extends { content?: never }
    ? null
    : JsonIn<R[S]> | TextIn<R[S]>
  : never

/** The addresses of lists that come in pages. */
export type PagedPath = {
  [P in PathOf<'get'>]: AnswerOf<'get', P> extends { items: unknown[]; nextCursor: unknown } ? P : never
}[PathOf<'get'>]
export type ItemOf<P extends PathOf<'get'>> = AnswerOf<'get', P> extends { items: (infer T)[] } ? T : never
