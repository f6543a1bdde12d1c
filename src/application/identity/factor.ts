// PURE. Second factors of a person.
import type { User } from './user.sql.ts'

type Factors = Pick<User, 'totp_secret' | 'passkey_count'>

/** Whether the person needs more than a password to sign in. */
export const hasSecondFactor = (user: Factors): boolean => user.totp_secret !== null || user.passkey_count > 0
