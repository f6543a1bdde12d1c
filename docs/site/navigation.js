// The pages of the documentation in the order of its navigation. A page of docs/ that is missing here fails the build.

/** @typedef {{ title: string, pages: readonly { path: string, title?: string }[] }} Group */

/** @type {readonly Group[]} */
export const GROUPS = [
  {
    title: 'Begin',
    pages: [
      { path: 'from-zero', title: 'From zero, and four recipes' },
      { path: 'client', title: 'Client and command line' },
      { path: 'test-mode', title: 'Test mode' },
    ],
  },
  {
    title: 'Integrate',
    pages: [
      { path: 'integration', title: 'Conventions of the API' },
      { path: 'callbacks', title: 'Callbacks and diallers' },
      { path: 'messages', title: 'Messages, calendars, webhooks' },
      { path: 'booking-pages', title: 'Booking pages and widget' },
      { path: 'states', title: 'States' },
      { path: 'catalogues', title: 'Codes, scopes, events' },
      { path: 'permissions', title: 'Permissions by role' },
      { path: 'api-changes', title: 'Changes of the API' },
      { path: 'glossary', title: 'Glossary' },
    ],
  },
  {
    title: 'Use and run',
    pages: [
      { path: 'workspace', title: 'Workspace of the staff' },
      { path: 'contact-screen', title: 'Contact screen' },
      { path: 'import', title: 'Import' },
      { path: 'operations', title: 'Operations' },
      { path: 'databases', title: 'Databases' },
      { path: 'security', title: 'Security' },
    ],
  },
  {
    title: 'Inside',
    pages: [
      { path: 'architecture', title: 'Architecture' },
      { path: 'decisions', title: 'Design decisions' },
      { path: 'benchmarks', title: 'Benchmarks' },
    ],
  },
]
