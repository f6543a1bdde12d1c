// `npm run dialer`: a sample consumer of a campaign, like the dialler of a contact center. Leases due callbacks, simulates
// calls with random outcomes, and reports them. Uses only HTTP; the service runs none of this code.
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:8080' },
    key: { type: 'string' },
    campaign: { type: 'string', default: 'demo-prova' },
    ask: { type: 'string', default: '5' },
    batch: { type: 'string', default: '10' },
    'call-seconds': { type: 'string', default: '2' },
    rounds: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
})

const HELP = `npm run dialer -- --key agd.… [--base URL] [--campaign EXTERNAL_ID] [--ask 5] [--batch 10] [--call-seconds 2] [--rounds 0]

Asks for some callbacks of a campaign first (--ask 0: none), then leases what is due, pretends to call, and reports
outcomes: 55 % answered, 20 % no answer, 15 % busy,
5 % machine, 5 % wrong number. --rounds 0 goes on until Ctrl-C.
`

type Callback = { id: string; code: string; number: string | null; attempts: number; reason?: string }
const MIX: [outcome: string, share: number][] = [
  ['answered', 0.55],
  ['no_answer', 0.2],
  ['busy', 0.15],
  ['machine', 0.05],
  ['wrong_number', 0.05],
]

/** Picks an outcome by its share; `dice` in [0, 1). */
function outcomeFor(dice: number): string {
  let sum = 0
  for (const [outcome, share] of MIX) {
    sum += share
    if (dice < sum) return outcome
  }
  return 'answered'
}

async function api<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(`${values.base}/v1${path}`, {
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    headers: { authorization: `Bearer ${values.key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
  })
  const json = (await answer.json()) as T & { detail?: string }
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${json.detail ?? ''}`)
  return json
}

/** Requests callbacks for invented people; returns how many were created. */
async function askSome(campaignId: string, count: number): Promise<number> {
  let promised = 0
  for (let i = 0; i < count; i += 1) {
    const tail = String(crypto.getRandomValues(new Uint32Array(1))[0]! % 1_000_000).padStart(6, '0')
    const body = { campaignId, number: `+39320${tail}0`, reason: 'Prova' }
    const { isNew } = await api<{ isNew: boolean }>('/callbacks', body)
    if (isNew) promised += 1
  }
  return promised
}

async function run(): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  const list = await api<{ items: { id: string; name: string }[] }>(`/campaigns?externalId=${values.campaign}`)
  const campaign = list.items[0]
  if (!campaign) throw new Error(`no campaign ${values.campaign}`)
  say(`dialling for ${campaign.name}; ${await askSome(campaign.id, Number(values.ask))} callbacks asked for`)
  const rounds = Number(values.rounds)
  for (let round = 0; rounds === 0 || round < rounds; round += 1) {
    const lease = await api<{ leaseId: string; items: Callback[] }>(`/campaigns/${campaign.id}/leases`, {
      max: Number(values.batch),
      leaseSeconds: 120,
      waitSeconds: 15,
    })
    if (lease.items.length === 0) say('nothing is due; waiting')
    for (const callback of lease.items) {
      await sleep(Number(values['call-seconds']) * 1000)
      const outcome = outcomeFor(crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32)
      const after = await api<{ status: string }>(`/callbacks/${callback.id}/attempts`, {
        outcome,
        leaseId: lease.leaseId,
      })
      // Log the code, never the number.
      say(`${callback.code}  attempt ${callback.attempts + 1}  ${outcome.padEnd(12)}  → ${after.status}`)
    }
  }
}

if (import.meta.main) {
  if (values.help || values.key === undefined) process.stdout.write(HELP)
  else
    run().catch((error: unknown) => {
      const { message, cause } = error as Error & { cause?: { code?: string } }
      process.stderr.write(`${message}${cause?.code === 'ECONNREFUSED' ? `: nobody answers at ${values.base}` : ''}\n`)
      process.exit(1)
    })
}
