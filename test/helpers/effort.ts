// How much work the long tests do: all of it on the PostgreSQL that TEST_DATABASE_URL names, as .ci/run does; a part without it, so that
// a plain `npm test` stays short.

/** Whether this is one of the runs of .ci/run that leave nothing out: on a named PostgreSQL, or on the embedded engine. */
export const isThorough = Boolean(process.env.TEST_DATABASE_URL) || process.env.TEST_DATABASE_ENGINE === 'embedded'

/** All of the list in a thorough run, else every `nth`. */
export const sampled = <T>(list: readonly T[], nth: number): readonly T[] =>
  isThorough ? list : list.filter((_, i) => i % nth === 0)

/** `whole` runs or operations, or a twentieth of them; the environment variable `variable` sets another number. */
export function effort(whole: number, variable?: string): number {
  const wanted = variable === undefined ? undefined : process.env[variable]
  if (wanted !== undefined) return Number(wanted)
  return process.env.TEST_DATABASE_URL ? whole : Math.ceil(whole * 0.05)
}
