// PURE. The orders in which appointments are listed.

export const APPOINTMENT_ORDERS = ['start', '-start', 'createdAt', '-createdAt', 'updatedAt', '-updatedAt'] as const
export type AppointmentOrder = (typeof APPOINTMENT_ORDERS)[number]

export const ORDER_COLUMNS = { start: 'a.starts_at', createdAt: 'a.created_at', updatedAt: 'a.updated_at' } as const

/** The column and direction in which appointments are listed; ties are in the order of ids. */
export function orderOf(filter: { sort?: AppointmentOrder | undefined; updatedAfter?: Date | undefined }): {
  by: keyof typeof ORDER_COLUMNS
  isReversed: boolean
} {
  const sort = filter.sort ?? (filter.updatedAfter ? 'updatedAt' : 'start')
  return { by: sort.replace('-', '') as keyof typeof ORDER_COLUMNS, isReversed: sort.startsWith('-') }
}
