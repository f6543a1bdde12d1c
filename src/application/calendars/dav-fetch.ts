// A `fetch` for tsdav whose requests are sent by somebody else: by this thread, or by the parent of a worker thread.

/** A request that tsdav wants sent, and the answer of the server. */
export type DavRequest = { url: string; method: string; headers: Record<string, string>; body: string | undefined }
export type DavAnswer = { status: number; headers: Record<string, string>; body: string }

/** `send` may reject: the rejection reaches the caller of tsdav. */
export const fetchBy =
  (send: (request: DavRequest) => Promise<DavAnswer>): typeof fetch =>
  async (input, init = {}) => {
    const answer = await send({
      url: typeof input === 'string' ? input : input instanceof URL ? input.href : input.url,
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers).entries()),
      body: typeof init.body === 'string' ? init.body : undefined,
    })
    const hasBody = ![204, 205, 304].includes(answer.status)
    return new Response(hasBody ? answer.body : null, { status: answer.status, headers: answer.headers })
  }
