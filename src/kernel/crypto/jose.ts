// The library of signed and encrypted tokens (jose), for OpenID Connect and for passes.

/** Imported on first use: at the start it would take 30 ms and 15 MB, for what most processes never do. */
export const loadJose = () => import('jose')
