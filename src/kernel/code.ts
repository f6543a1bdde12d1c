// PURE. Codes that people type: of appointments, callbacks, and signs.

/** A typed code for comparison: capitals and digits, without the blanks and hyphens between them. */
export const codeIn = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, '')
