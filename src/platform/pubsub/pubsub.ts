// Pub/sub between processes: each message reaches all of them. Delivery is not guaranteed, so subscribers must also poll.
// On a server, NOTIFY carries the messages in batches; behind a pooler without LISTEN, messages between processes are lost.
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Database } from '../database/open.ts'

export type PubSub = {
  say: (topic: string, text: string) => void
  /** Calls `hear` for each text of the topic; returns the function that unsubscribes. */
  on: (topic: string, hear: (text: string) => void) => () => void
  /** Starts exchanging messages with other processes; listens on a separate connection to the server. */
  connect: (url: string) => void
  close: () => Promise<void>
}

const CHANNEL = 'agenda'
/** Time in ms during which messages are collected, and maximum size of a payload (the server's limit is 8,000 bytes). */
const [GATHER, PAYLOAD] = [5, 7_000]
const RECONNECT = 2_000
/** How often the listening connection is asked whether it still lives, and how long it may take to answer, in ms. */
const [ASK, ANSWER] = [10_000, 5_000]

type Listening = { close: () => Promise<void> }

/** Listens on a separate connection until closed; reconnects when the connection is lost. */
function listen(url: string, hear: (payload: string) => void): Listening {
  let isClosed = false
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | undefined
  let stopAsking = (): void => undefined
  const connect = async (): Promise<void> => {
    const made = new pg.Client({
      connectionString: url,
      application_name: 'agenda-bus',
      keepAlive: true,
      connectionTimeoutMillis: ANSWER,
      query_timeout: ANSWER,
    })
    let isLost = false
    // A network that drops packets reports nothing: without a question nobody would notice.
    const asking = setInterval(() => void made.query('select 1').catch(() => lost()), ASK)
    const lost = (): void => {
      clearInterval(asking)
      if (isLost || isClosed) return
      isLost = true
      void made.end().catch(() => undefined)
      timer = setTimeout(() => void connect(), RECONNECT)
    }
    made.on('error', lost)
    made.on('end', lost)
    made.on('notification', (message) => hear(message.payload ?? ''))
    client = made
    stopAsking = () => clearInterval(asking)
    try {
      await made.connect()
      await made.query(`listen ${CHANNEL}`)
    } catch {
      lost()
    }
  }
  void connect()
  return {
    async close() {
      isClosed = true
      clearTimeout(timer)
      stopAsking()
      await client?.end().catch(() => undefined)
    },
  }
}

/** Creates the pub/sub of this process. */
export function createPubSub(db: Database | undefined): PubSub {
  const hearers = new Map<string, Set<(text: string) => void>>()
  const tell = (topic: string, text: string): void => {
    for (const hear of [...(hearers.get(topic) ?? [])]) hear(text)
  }
  const me = randomUUID()
  const waiting = new Set<string>()
  let timer: NodeJS.Timeout | null = null
  let listening: Listening | null = null
  let isClosed = false

  function hearPayload(payload: string): void {
    const [from, ...lines] = payload.split('\n')
    // Ignore this process's own messages: its subscribers received them directly.
    if (from === me) return
    for (const line of lines) {
      const at = line.indexOf(' ')
      if (at > 0) tell(line.slice(0, at), line.slice(at + 1))
    }
  }

  /** Sends what waits; one at a time, so that messages keep their order and take one connection. */
  async function send(): Promise<void> {
    const payloads: string[] = []
    let payload = me
    for (const line of waiting) {
      if (payload.length + line.length + 1 > PAYLOAD) {
        payloads.push(payload)
        payload = me
      }
      payload += `\n${line}`
    }
    waiting.clear()
    payloads.push(payload)
    const client = await db!.pool.connect()
    try {
      for (const one of payloads) await client.query('select pg_notify($1, $2)', [CHANNEL, one])
      client.release()
    } catch (error) {
      client.release(error as Error)
    }
  }

  function startSending(): void {
    timer ??= setTimeout(() => {
      void send()
        .catch(() => undefined)
        .finally(() => {
          timer = null
          if (waiting.size > 0 && !isClosed) startSending()
        })
    }, GATHER)
  }

  return {
    say(topic, text) {
      tell(topic, text)
      if (!listening) return
      waiting.add(`${topic} ${text}`)
      startSending()
    },
    on(topic, hear) {
      let set = hearers.get(topic)
      if (!set) hearers.set(topic, (set = new Set()))
      set.add(hear)
      return () => void set.delete(hear)
    },
    connect(url) {
      listening ??= listen(url, hearPayload)
    },
    async close() {
      isClosed = true
      if (timer) clearTimeout(timer)
      await listening?.close()
    },
  }
}
