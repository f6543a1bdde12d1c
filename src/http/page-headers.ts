// PURE. Security headers of pages: no inline code or style, nothing from other hosts but what is named, no other powers.

type PageRules = {
  /** Directives beside the common ones, such as `img-src`; a name that is common already is replaced. */
  policy: Readonly<Record<string, string>>
  /** Sites that may show the page in a frame. */
  ancestors: string
  /** Whether windows of other sites may hold on to the page; needed where it stands in their frame. */
  isShared?: boolean
  /** Whether the page may ask the device for its place. */
  asksPlace?: boolean
}

/** Headers for one page (Content Security Policy Level 3, and others). */
export function pageHeaders({
  policy,
  ancestors,
  isShared = false,
  asksPlace = false,
}: PageRules): Record<string, string> {
  const directives = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'connect-src': "'self'",
    ...policy,
    'form-action': "'self'",
    'base-uri': "'none'",
    'frame-ancestors': ancestors,
  }
  return {
    'content-security-policy': Object.entries(directives)
      .map(([name, sources]) => `${name} ${sources}`)
      .join('; '),
    'x-content-type-options': 'nosniff',
    // Other sites receive no referrer; our own forms still need it.
    'referrer-policy': 'same-origin',
    'permissions-policy': `camera=(), geolocation=(${asksPlace ? 'self' : ''}), microphone=(), payment=(), usb=()`,
    ...(isShared ? {} : { 'cross-origin-opener-policy': 'same-origin' }),
  }
}
