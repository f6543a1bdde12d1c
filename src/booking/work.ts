// Work that a browser does for a form, unseen (ALTCHA v2 with Argon2id, RFC 9106: memory-hard, so that a program of its own gains little over
// a browser). How much depends on what else comes from the same network and how full the day is: half a second first, seconds for a person at
// most, hours for thousands.
import { createChallenge, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/argon2id'
import { HOUR } from '../time/interval.ts'
import { assetsOf } from '../web/assets.ts'
import type { Site } from '../web/site.ts'

export type Captcha = { challenge: string; workerUrl: string } | null

/** Guesses on average (16 for each hexadecimal digit), KiB of memory and passes of each guess, by level. */
const LEVELS = [
  { keyPrefix: '0', memoryCost: 8_192, cost: 1 },
  { keyPrefix: '0', memoryCost: 16_384, cost: 2 },
  { keyPrefix: '0', memoryCost: 16_384, cost: 6 },
  { keyPrefix: '00', memoryCost: 8_192, cost: 1 },
  { keyPrefix: '00', memoryCost: 16_384, cost: 1 },
  { keyPrefix: '00', memoryCost: 16_384, cost: 2 },
  { keyPrefix: '00', memoryCost: 16_384, cost: 4 },
] as const
export const HARDEST = LEVELS.length - 1
/** Levels by which the work may have grown while a form was filled in. */
const PATIENCE = 2

const levelOf = (level: number): number => Math.max(0, Math.min(HARDEST, level))

/** A challenge that counts for this form only, for as long as a draft lives; null when the tenant wants none. */
export async function captchaFor(site: Site, formId: string, level = 0): Promise<Captcha> {
  if (site.settings.booking.captcha === 'none') return null
  const asked = levelOf(level + site.workSteps)
  const challenge = await createChallenge({
    algorithm: 'ARGON2ID',
    ...LEVELS[asked]!,
    deriveKey,
    hmacSignatureSecret: site.secret,
    // Judged by the service's own clock, so not as the library's own expiry.
    data: { form: formId, level: asked, until: site.now + 2 * HOUR },
  })
  return { challenge: JSON.stringify(challenge), workerUrl: `${assetsOf().base}/solver.js` }
}

type Payload = Pick<Parameters<typeof verifySolution>[0], 'challenge' | 'solution'>

function payloadIn(text: string): Payload | null {
  try {
    const payload = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as Payload | null
    return payload?.challenge?.parameters ? payload : null
  } catch {
    return null
  }
}

/** Whether the solution is right, in time, made for this form, and hard enough for `level`. */
export async function isSolved(site: Site, formId: string, text: string, level = 0): Promise<boolean> {
  if (text === '' || text.length > 3_000) return false
  const payload = payloadIn(text)
  const data = payload?.challenge.parameters.data as { form?: unknown; level?: unknown; until?: unknown } | undefined
  if (!payload || data?.form !== formId || !(Number(data.until) > site.now)) return false
  const given = LEVELS[Number(data.level)]
  if (!given || Number(data.level) < levelOf(level + site.workSteps) - PATIENCE) return false
  // What does not even claim to fit costs no derivation here.
  if (!String(payload.solution?.derivedKey).startsWith(given.keyPrefix)) return false
  try {
    const { verified } = await verifySolution({ ...payload, deriveKey, hmacSignatureSecret: site.secret })
    return verified
  } catch {
    return false
  }
}
