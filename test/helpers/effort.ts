// How much work the long tests do: all of it on the PostgreSQL that TEST_DATABASE_URL names, as .ci/run does; a part without it, so that
// `npm test` takes at most three minutes on two cores.

/** `whole` runs or operations, or a tenth of them; the environment variable `variable` sets another number. */
export function effort(whole: number, variable?: string): number {
  const wanted = variable === undefined ? undefined : process.env[variable]
  if (wanted !== undefined) return Number(wanted)
  return process.env.TEST_DATABASE_URL ? whole : Math.ceil(whole * 0.1)
}
