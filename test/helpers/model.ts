// The plain service configuration from which tests and benchmarks of the slot engine start.
import type { Service } from '../../src/domain/catalogue/visit.ts'

export const baseService: Service = {
  id: 'service',
  name: 'service',
  locationIds: [],
  durationMinutes: 30,
  durationOptions: [],
  stepAlignment: 'opening',
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  minimumNoticeMinutes: 0,
  horizon: { days: 60, unit: 'days' },
  seats: 1,
  limits: [],
  channels: [{ type: 'in_person' }],
  questions: [],
  approvalRequired: false,
  cancelNoticeMinutes: 0,
  moveNoticeMinutes: 0,
  releaseDelayMinutes: 0,
  combinable: true,
}
