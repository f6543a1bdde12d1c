// PURE. What proves a person beyond their password.
import type { User } from './user.sql.ts'

type Factors = Pick<User, 'totp_secret' | 'passkey_count'>

/** Whether a password alone does not let the person in. */
export const hasSecondFactor = (user: Factors): boolean => user.totp_secret !== null || user.passkey_count > 0
