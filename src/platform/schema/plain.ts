// PURE. Plain values of form fields.

/** A value as text for a form field. */
export const plain = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
