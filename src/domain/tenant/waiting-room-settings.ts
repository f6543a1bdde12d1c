// PURE. Settings of the waiting room before the citizens' pages.

/**
 * A moment at which many times become bookable, as local date (YYYY-MM-DD) and time (HH:MM) of the tenant; who arrives in the minutes
 * before it takes part in a draw.
 */
export type Opening = { date: string; time: string; drawMinutes: number }

export type WaitingRoomSettings = {
  /** How many people a minute begin to book; 0 = no waiting room. */
  admitPerMinute: number
  openings: readonly Opening[]
}

export const DEFAULT_WAITING_ROOM: WaitingRoomSettings = { admitPerMinute: 0, openings: [] }
