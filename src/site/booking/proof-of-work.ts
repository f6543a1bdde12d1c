// Proof of work that a browser does for a form in the background (ALTCHA v2 with Argon2id, RFC 9106: memory-hard, so that a
// custom program gains little over a browser). The level follows the traffic of the network and how full the day is: half a
// second at first, seconds at most for a person, hours for thousands of requests.
import { createChallenge, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/argon2id'
import { deriveKey as hash } from 'altcha-lib/algorithms/sha'
import { HOUR } from '../../kernel/time/interval.ts'
import { isSignature, signatureOf } from '../../kernel/crypto/signature.ts'
import { textOf, type Fields } from '../../ui/form-input.ts'
import { assetsBase } from '../../platform/public-files.ts'
import type { Site } from '../site.ts'

export type Captcha = { challenge: string; workerUrl: string } | null

/** By level: the prefix sets the average number of guesses (16 per hexadecimal digit); each guess costs KiB of memory and passes. */
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
/**
 * Places in a line: thousands are asked for in a minute, so the check must cost next to nothing; a browser hashes for a second or two,
 * and sixteen times as long where a network asks for many.
 */
const IN_LINE = [
  { keyPrefix: '0000', cost: 1 },
  { keyPrefix: '00000', cost: 1 },
] as const
const IN_LINE_STEPS = 3
const lineLevelOf = (site: Site): number => Math.min(IN_LINE.length - 1, Math.floor(site.workSteps / IN_LINE_STEPS))
/** Levels that the work may rise while a form is being filled in, without a refusal. */
const PATIENCE = 2

const levelOf = (level: number): number => Math.max(0, Math.min(HARDEST, level))

type Work = Omit<Parameters<typeof createChallenge>[0], 'hmacSignatureSecret' | 'data'>

/** A challenge for this form only, valid as long as a draft; `more` is signed with it. Null if the tenant wants none. */
async function challengeFor(site: Site, formId: string, work: Work, more: Record<string, number>): Promise<Captcha> {
  if (site.settings.booking.captcha === 'none') return null
  const challenge = await createChallenge({
    ...work,
    hmacSignatureSecret: site.secret,
    // The expiry is checked with the service's clock, so the library's own field is not used.
    data: { form: formId, ...more, until: site.now + 2 * HOUR },
  })
  return { challenge: JSON.stringify(challenge), workerUrl: `${assetsBase()}/solver.js` }
}

/** A challenge for a form of this level. */
export function captchaFor(site: Site, formId: string, level = 0): Promise<Captcha> {
  const asked = levelOf(level + site.workSteps)
  return challengeFor(site, formId, { algorithm: 'ARGON2ID', ...LEVELS[asked]!, deriveKey }, { level: asked })
}

/** A challenge for a form that asks for a place in line. */
export function lineCaptchaFor(site: Site, formId: string): Promise<Captcha> {
  const line = lineLevelOf(site)
  return challengeFor(site, formId, { algorithm: 'SHA-256', ...IN_LINE[line]!, deriveKey: hash }, { line })
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

/**
 * Whether the solution is right, not expired and made for this form. `askedIn` finds in the signed data what the challenge asked for;
 * null = not enough.
 */
async function isRight(
  site: Site,
  { formId, text }: { formId: string; text: string },
  derive: typeof deriveKey,
  askedIn: (data: Record<string, unknown>) => { keyPrefix: string } | null,
): Promise<boolean> {
  if (text === '' || text.length > 3_000) return false
  const payload = payloadIn(text)
  const data = (payload?.challenge.parameters.data ?? {}) as Record<string, unknown>
  if (!payload || data.form !== formId || !(Number(data.until) > site.now)) return false
  const asked = askedIn(data)
  // Cheap check first: a wrong prefix costs no derivation here.
  if (!asked || !String(payload.solution?.derivedKey).startsWith(asked.keyPrefix)) return false
  try {
    return (await verifySolution({ ...payload, deriveKey: derive, hmacSignatureSecret: site.secret })).verified
  } catch {
    return false
  }
}

/** Whether the solution is right, not expired, made for this form for a place in line, and hard enough. */
export const isSolvedForLine = (site: Site, formId: string, text: string): Promise<boolean> =>
  isRight(site, { formId, text }, hash, ({ line }) =>
    Number(line) >= lineLevelOf(site) ? (IN_LINE[Number(line)] ?? null) : null,
  )

/** Whether the solution is right, not expired, made for this form, and hard enough for `level`. */
export const isSolved = (site: Site, formId: string, text: string, level = 0): Promise<boolean> =>
  isRight(site, { formId, text }, deriveKey, ({ level: given }) =>
    Number(given) >= levelOf(level + site.workSteps) - PATIENCE ? (LEVELS[Number(given)] ?? null) : null,
  )

/** Name and signature of a form that a page has just made, by its purpose: who sends it has at least opened the page. */
export const formSeal = (site: Site, purpose: string, formId: string): string =>
  `${formId}.${signatureOf(site.secret, purpose, formId)}`

/** The id of a sent form, and whether it is one of ours with the work done that the tenant asks for. */
export async function vouchedForm(
  site: Site,
  purpose: string,
  fields: Fields,
): Promise<{ id: string; isVouched: boolean }> {
  const [id = '', seal = ''] = textOf(fields, 'request', 100).split('.')
  const isOurs = isSignature(seal, site.secret, purpose, id)
  const needsWork = site.settings.booking.captcha !== 'none'
  return { id, isVouched: isOurs && (!needsWork || (await isSolved(site, id, textOf(fields, 'altcha')))) }
}
