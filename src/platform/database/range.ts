// Ranges as PostgreSQL writes them.

/** The range [from, to) of epoch ms as a PostgreSQL range literal. */
export function rangeText(from: number, to: number): string {
  return `[${new Date(from).toISOString()},${new Date(to).toISOString()})`
}
