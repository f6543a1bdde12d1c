// PURE. The holidays of a calendar, by local day.

/** Names of holidays by local day number of the location. */
export type HolidayCalendar = { nameOf: (day: number) => string | undefined }
