// Tells people by mail about changes of their account, so that an intruder cannot hide them.
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { pageWords } from '../../locales/words.ts'
import { compose, post } from '../messaging/compose.ts'
import { momentOf } from '../messaging/wording.ts'
import type { UserDocument } from './sessions.ts'
import type { User } from './user.sql.ts'

type AccountChange =
  'password' | 'secondFactorOn' | 'secondFactorOff' | 'passkeyAdded' | 'passkeyRemoved' | 'codesRenewed' | 'newBrowser'

/**
 * Mails the owner of an account. `browser`: where the change was made, as in the list of sessions; '' if irrelevant. Never call
 * it inside a transaction.
 */
export async function tellOwner(deps: Deps, user: User, change: AccountChange, browser = ''): Promise<void> {
  const config = await deps.snapshots.config(user.tenant_id)
  if (!config) return
  const language = (user.document as UserDocument).locale ?? config.settings.locale
  const words = pageWords(language)
  const person = { contactId: null, firstName: user.name, lastName: '', email: user.email, phone: null }
  const when = momentOf({ language }, config.timeZone, deps.now())
  const message = await compose(deps, config, person, {
    ...{ kind: 'account_changed', language, subjectId: user.id, channel: 'email' },
    facts: [
      [words.now, words.accountChanges[change]],
      [words.when, when],
      ...(browser === '' ? [] : [[words.browser, browser] as const]),
    ],
    link: `${deps.links.base}/${config.slug}/password`,
    variables: { until: '', code: '' },
  })
  await transaction(deps.db, (tx) => post(deps, tx, message))
}
