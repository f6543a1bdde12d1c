// PURE. The rules of a service, and of several services combined in one visit. Independent of agents and the ledger.
import { MINUTE } from '../../kernel/time/interval.ts'
import { parseClock } from '../../kernel/time/clock.ts'

export type Channel = 'in_person' | 'phone' | 'video'
export type Audience = 'public' | 'staff'
export type LimitScope = 'agent' | 'service' | 'contact'
export type Limit = { scope: LimitScope; period: 'day' | 'week'; max: number; audience?: Audience | undefined }
export type QuestionType =
  'text' | 'long_text' | 'number' | 'date' | 'boolean' | 'choice' | 'choices' | 'email' | 'phone'
export type Question = {
  id: string
  label: string
  type: QuestionType
  required: boolean
  maxLength?: number | undefined
  minimum?: number | undefined
  maximum?: number | undefined
  options?: string[] | undefined
  /** The options in the reader's language, in the same order; answers keep the options themselves. */
  optionLabels?: readonly string[] | undefined
}

/** Configuration of one service; all times in minutes. */
export type Service = {
  id: string
  name: string
  locationIds: readonly string[]
  durationMinutes: number
  durationOptions: readonly number[]
  stepMinutes?: number | null | undefined
  stepAlignment: 'opening' | 'clock'
  bufferBeforeMinutes: number
  bufferAfterMinutes: number
  minimumNoticeMinutes: number
  horizon: { days: number; unit: 'days' | 'business_days' }
  nextDayCutoff?: string | null | undefined
  seats: number
  limits: readonly Limit[]
  channels: readonly { type: Channel; linkTemplate?: string | undefined }[]
  questions: readonly Question[]
  approvalRequired: boolean
  cancelNoticeMinutes: number
  moveNoticeMinutes: number
  releaseDelayMinutes: number
  combinable: boolean
  /** Script of conversations about its appointments. */
  scriptId?: string | undefined
}

/** The rules of one visit; times in milliseconds. */
export type Visit = {
  serviceIds: readonly string[]
  duration: number
  bufferBefore: number
  bufferAfter: number
  step: number
  alignment: 'opening' | 'clock'
  notice: number
  horizons: readonly { days: number; unit: 'days' | 'business_days' }[]
  /** Wall-clock milliseconds after which tomorrow is no longer bookable, or null. */
  nextDayCutoff: number | null
  seats: number
  limits: readonly (Limit & { serviceId: string })[]
  channels: readonly Channel[]
  questions: readonly Question[]
  approvalRequired: boolean
  cancelNotice: number
  moveNotice: number
  releaseDelay: number
  /** Locations where all services are offered; empty = every location. */
  locationIds: readonly string[]
  nowhere: boolean
}

type VisitFault = 'services_not_combinable' | 'duration_not_offered'

const most = (values: readonly number[]): number => Math.max(...values)

function sharedLocations(services: readonly Service[]): { locationIds: string[]; nowhere: boolean } {
  const restricted = services.filter((service) => service.locationIds.length > 0)
  if (restricted.length === 0) return { locationIds: [], nowhere: false }
  const locationIds = restricted[0]!.locationIds.filter((id) =>
    restricted.every((service) => service.locationIds.includes(id)),
  )
  return { locationIds, nowhere: locationIds.length === 0 }
}

/**
 * Combines services into one visit: durations add up, and the strictest rule applies.
 * `minutes` selects one of the durations of a single service. Group sessions cannot be combined.
 */
export function planVisit(services: readonly Service[], minutes?: number): Visit | VisitFault {
  const first = services[0]!
  if (services.length > 1 && services.some((service) => !service.combinable || service.seats > 1))
    return 'services_not_combinable'
  if (minutes !== undefined) {
    const offered = [first.durationMinutes, ...first.durationOptions]
    if (services.length > 1 || !offered.includes(minutes)) return 'duration_not_offered'
  }
  const total = minutes ?? services.reduce((sum, service) => sum + service.durationMinutes, 0)
  const distinct = [...new Map(services.map((service) => [service.id, service])).values()]
  const channels = first.channels
    .map((c) => c.type)
    .filter((type) => distinct.every((s) => s.channels.some((c) => c.type === type)))
  if (channels.length === 0) return 'services_not_combinable'
  const cutoffs = distinct.flatMap((service) => (service.nextDayCutoff ? [parseClock(service.nextDayCutoff)] : []))
  return {
    serviceIds: services.map((service) => service.id),
    duration: total * MINUTE,
    bufferBefore: most(distinct.map((s) => s.bufferBeforeMinutes)) * MINUTE,
    bufferAfter: most(distinct.map((s) => s.bufferAfterMinutes)) * MINUTE,
    step: (first.stepMinutes ?? first.durationMinutes) * MINUTE,
    alignment: first.stepAlignment,
    notice: most(distinct.map((s) => s.minimumNoticeMinutes)) * MINUTE,
    horizons: distinct.map((s) => s.horizon),
    nextDayCutoff: cutoffs.length > 0 ? Math.min(...cutoffs) : null,
    seats: first.seats,
    limits: distinct.flatMap((s) => s.limits.map((limit) => ({ ...limit, serviceId: s.id }))),
    channels,
    questions: distinct.flatMap((s) => s.questions),
    approvalRequired: distinct.some((s) => s.approvalRequired),
    cancelNotice: most(distinct.map((s) => s.cancelNoticeMinutes)) * MINUTE,
    moveNotice: most(distinct.map((s) => s.moveNoticeMinutes)) * MINUTE,
    releaseDelay: most(distinct.map((s) => s.releaseDelayMinutes)) * MINUTE,
    ...sharedLocations(distinct),
  }
}
