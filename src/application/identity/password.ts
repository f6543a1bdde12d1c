// Passwords: hashing (scrypt, RFC 7914) and rules for new ones. Passwords are never logged or returned.
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { createHash } from 'node:crypto'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { semaphore, type Turn } from '../../kernel/semaphore.ts'

/** OWASP Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3, 32 MB each. */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const
const LENGTH = 32
const MIN_LENGTH = 10
export const MAX_LENGTH = 200
/**
 * At most two hashes run at a time, so that a flood of sign-ins costs time and not memory. The queue is limited, more strictly
 * per network; known browsers go first.
 */
const inTurn = semaphore(2, { waiting: 24, ofGroup: 4, full: () => new AppError('sign_in_busy') })

const derive = (password: string, salt: Buffer, cost: ScryptOptions, turn: Turn = { isFirst: true }): Promise<Buffer> =>
  inTurn(
    () =>
      new Promise((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, LENGTH, { ...cost, maxmem: 128 * 1024 * 1024 }, (error, key) =>
          error ? reject(error) : resolve(key),
        )
      }),
    turn,
  )

/** Returns `scrypt$N$r$p$salt$key`, with a random salt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, COST)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

// Compared for unknown people, so that they take as long as known ones.
const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** Whether the password is right; takes the same time without a hash. Throws `sign_in_busy` if too many checks are waiting. */
export async function isPassword(password: string, hash: string | null, turn?: Turn): Promise<boolean> {
  const [, n = '', r = '', p = '', salt = '', key = ''] = (hash ?? NOBODY).split('$')
  const cost = { N: Number(n), r: Number(r), p: Number(p) }
  const derived = await derive(password.slice(0, MAX_LENGTH), Buffer.from(salt, 'base64url'), cost, turn)
  return timingSafeEqual(derived, Buffer.from(key, 'base64url')) && hash !== null
}

/** Cost for recovery codes, which have 64 random bits: 16 MB, so that ten are hashed quickly. */
const CODE_COST = { N: 2 ** 14, r: 8, p: 1 } as const

async function codeHash(code: string, salt: string, cost: ScryptOptions): Promise<string> {
  const key = await derive(code.trim().toLowerCase(), Buffer.from(salt, 'base64url'), cost)
  return ['scrypt', cost.N, cost.r, cost.p, salt, key.toString('base64url')].join('$')
}

/** Hashes recovery codes with one salt, so that checking a code needs a single derivation. */
export async function hashCodes(codes: readonly string[]): Promise<string[]> {
  const salt = randomBytes(16).toString('base64url')
  return Promise.all(codes.map((code) => codeHash(code, salt, CODE_COST)))
}

/** The hashes that a code may have among the kept ones: one per salt, and SHA-256 for codes of older versions. */
export async function hashesLike(code: string, kept: readonly string[]): Promise<string[]> {
  const salts = [
    ...new Set(kept.filter((one) => one.startsWith('scrypt$')).map((one) => one.split('$').slice(1, 5).join('$'))),
  ]
  const derived = await Promise.all(
    salts.map((text) => {
      const [n, r, p, salt = ''] = text.split('$')
      return codeHash(code, salt, { N: Number(n), r: Number(r), p: Number(p) })
    }),
  )
  return [...derived, createHash('sha256').update(code.trim().toLowerCase()).digest('hex')]
}

type Judge = (password: string, words: string[]) => { score: number; isCommon: boolean }
let judge: Promise<Judge> | undefined

/** Loads zxcvbn with its dictionary of common passwords, on first use: it takes megabytes of memory. */
async function loadJudge(): Promise<Judge> {
  const [{ ZxcvbnFactory }, common] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ])
  const zxcvbn = new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs })
  return (password, words) => {
    const { score, sequence } = zxcvbn.check(password, words)
    const isCommon = sequence.some(
      (match) =>
        (match as { dictionaryName?: string }).dictionaryName?.startsWith('passwords') === true &&
        match.token.length >= password.length - 2,
    )
    return { score, isCommon }
  }
}

/** Asks a service for breached passwords, by the first five characters of the SHA-1 (k-anonymity). */
async function isBreached(deps: Deps, password: string): Promise<boolean> {
  if (deps.breachedUrl === undefined) return false
  const hash = createHash('sha1').update(password).digest('hex').toUpperCase()
  const answer = await deps
    .request(`${deps.breachedUrl}${hash.slice(0, 5)}`, {
      method: 'GET',
      headers: { 'add-padding': 'true' },
      timeoutMs: 3_000,
    })
    .catch(() => null)
  // If the service does not answer, accept: the dictionary has been checked already.
  return answer?.status === 200 && new RegExp(`^${hash.slice(5)}:0*[1-9]`, 'm').test(answer.body)
}

/** Why a password is refused: too short, easy to guess, or breached; else null. `words`: words related to the person. */
export async function faultInPassword(
  deps: Deps,
  password: string,
  words: readonly string[],
): Promise<'password_short' | 'password_weak' | 'password_breached' | null> {
  if (password.length < MIN_LENGTH) return 'password_short'
  judge ??= loadJudge()
  const { score, isCommon } = (await judge)(password.slice(0, 100), [...words, 'agenda'])
  if (isCommon) return 'password_breached'
  if (score < 3) return 'password_weak'
  return (await isBreached(deps, password)) ? 'password_breached' : null
}
