// PURE. A tenant's settings, with every default filled in.
import type { Language } from '../../kernel/language.ts'
import {
  DEFAULT_FOLLOW_UP,
  DEFAULT_NOTIFICATIONS,
  DEFAULT_WAITING_LIST,
  type FollowUp,
  type Notifications,
  type WaitingList,
} from './notification-settings.ts'
import {
  DEFAULT_PRIVACY,
  DEFAULT_SIGN_IN,
  DEFAULT_WORKSPACE,
  type Privacy,
  type SignIn,
  type WorkspaceSettings,
} from './people-settings.ts'
import { DEFAULT_WAITING_ROOM, type WaitingRoomSettings } from './waiting-room-settings.ts'
import { DEFAULT_THEME, type Theme } from './theme.ts'

type PageTexts = { intro?: string | undefined; footer?: string | undefined; consent?: string | undefined }
export type BookingSettings = {
  /** Whether the public booking pages are open. */
  enabled: boolean
  emailRequired: boolean
  /** Minutes to confirm by e-mail before the slot is released; 0 = no confirmation. */
  emailConfirmationMinutes: number
  captcha: 'proof_of_work' | 'none'
  /** Maximum open appointments per e-mail address or telephone number; 0 = no limit. */
  maxOpenAppointments: number
  /** Maximum percentage of a day's working time for all bookings without a confirmed e-mail address; 100 = no limit. */
  unprovenPercent: number
  /** Hours after which an unapproved request of an unproven citizen is cancelled; 0 = only at its start. */
  pendingHours: number
  privacyUrl?: string | undefined
  termsUrl?: string | undefined
  /** The office's own site, its accessibility statement, legal notes, and where a problem is reported. */
  siteUrl?: string | undefined
  accessibilityUrl?: string | undefined
  legalUrl?: string | undefined
  reportUrl?: string | undefined
  /** The body that the office belongs to, shown above the header. */
  parentName?: string | undefined
  parentUrl?: string | undefined
  supportPhone?: string | undefined
  supportEmail?: string | undefined
  /** Origins that may embed the pages in a frame and call the public API from a browser. */
  allowedOrigins: readonly string[]
  texts: Partial<Record<Language, PageTexts>>
}

export type TenantSettings = {
  timeZone: string
  /** The language of the office's own texts. */
  locale: Language
  country: string
  holdMinutes: number
  theme: Theme
  booking: BookingSettings
  notifications: Notifications
  waitingList: WaitingList
  waitingRoom: WaitingRoomSettings
  followUp: FollowUp
  signIn: SignIn
  workspace: WorkspaceSettings
  privacy: Privacy
}

const DEFAULT_BOOKING: BookingSettings = {
  enabled: true,
  emailRequired: false,
  emailConfirmationMinutes: 0,
  captcha: 'proof_of_work',
  maxOpenAppointments: 5,
  unprovenPercent: 20,
  pendingHours: 48,
  allowedOrigins: [],
  texts: {},
}

/** Settings from the stored document of a tenant. */
export function settingsOf(document: Readonly<Record<string, unknown>>): TenantSettings {
  const { theme, booking, notifications, waitingList, waitingRoom, followUp, signIn, workspace, privacy, ...rest } =
    document as Partial<TenantSettings>
  return {
    timeZone: 'Europe/Rome',
    locale: 'it',
    country: 'IT',
    holdMinutes: 10,
    ...rest,
    theme: { ...DEFAULT_THEME, ...theme },
    booking: { ...DEFAULT_BOOKING, ...booking },
    notifications: { ...DEFAULT_NOTIFICATIONS, ...notifications },
    waitingList: { ...DEFAULT_WAITING_LIST, ...waitingList },
    waitingRoom: { ...DEFAULT_WAITING_ROOM, ...waitingRoom },
    followUp: { ...DEFAULT_FOLLOW_UP, ...followUp },
    signIn: { ...DEFAULT_SIGN_IN, ...signIn },
    workspace: { ...DEFAULT_WORKSPACE, ...workspace },
    privacy: { ...DEFAULT_PRIVACY, ...privacy },
  }
}
