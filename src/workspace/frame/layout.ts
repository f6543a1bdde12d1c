// PURE. The layout of workspace pages: head, navigation, messages.
import { STAFF_LANGUAGES } from '../../kernel/language.ts'
import { clockOf, dateOf } from '../../locales/dates.ts'
import { hidden } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Scope } from '../../kernel/permissions/scopes.ts'
import type { Workspace } from './context.ts'

export type WorkspacePage = {
  title: string
  main?: Html
  /** An error shown instead of a page. */
  problem?: { title: string; detail: string; requestId: string | null }
  /** The entry of the navigation to which the page belongs. */
  section?: string
  /** Modules of public/ that this page needs in addition to the common one. */
  scripts?: readonly string[]
  /** Style sheets and classic scripts of libraries. */
  styles?: readonly string[]
  classic?: readonly string[]
  /** Uses the full width, as calendars do. */
  isWide?: boolean
  status?: number
}

type Entry = { section: string; href: string; scope?: Scope }
const ENTRIES: readonly Entry[] = [
  { section: 'today', href: '/agenda' },
  { section: 'contact', href: '/agenda/contact', scope: 'callbacks:work' },
  { section: 'calendar', href: '/agenda/calendar', scope: 'appointments:read' },
  { section: 'callbacks', href: '/agenda/callbacks', scope: 'callbacks:read' },
  { section: 'inbox', href: '/agenda/inbox', scope: 'contacts:write' },
  { section: 'contacts', href: '/agenda/contacts', scope: 'contacts:read' },
  { section: 'hours', href: '/agenda/hours', scope: 'hours:write' },
  { section: 'team', href: '/agenda/team', scope: 'team:write' },
  { section: 'reports', href: '/agenda/reports', scope: 'reports:read' },
  { section: 'scripts', href: '/agenda/scripts', scope: 'reports:read' },
  { section: 'settings', href: '/agenda/settings', scope: 'configuration:read' },
]

/** The hidden field with the CSRF token. */
export const proof = (workspace: Pick<Workspace, 'csrf'>): Html => hidden('csrf', workspace.csrf)

/** A form that submits to a workspace page, with the CSRF token. */
export const form = (workspace: Pick<Workspace, 'csrf'>, action: string, body: Html, className = ''): Html =>
  html`<form method="post" action="${action}" class="${className}">${proof(workspace)}${body}</form>`

type ActionButton = {
  to: string
  label: string
  fields?: Record<string, string>
  className?: string
}

/** A form with a single button. */
export const action = (
  workspace: Pick<Workspace, 'csrf'>,
  { to, label, fields = {}, className = 'secondary' }: ActionButton,
): Html =>
  form(
    workspace,
    to,
    html`${Object.entries(fields).map(([name, value]) => hidden(name, value))}<button class="${className}">
        ${label}
      </button>`,
    'inline',
  )

function head(workspace: Workspace, page: WorkspacePage, base: string): Html {
  return html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${page.title} – ${workspace.config.name}</title>
    <meta name="robots" content="noindex" />
    <meta name="color-scheme" content="light dark" />
    <meta name="agenda-csrf" content="${workspace.csrf}" />
    ${workspace.can('appointments:read') && html`<meta name="agenda-live" content="${workspace.person.id}" />`}
    ${(page.styles ?? []).map((name) => html`<link rel="stylesheet" href="${base}/${name}" />`)}
    <link rel="stylesheet" href="${base}/app.css" />
    <link rel="stylesheet" href="${base}/workspace.css" />
    <link rel="stylesheet" href="${base}/contact.css" />
    <link rel="stylesheet" href="/${workspace.config.slug}/theme.css?v=${workspace.config.version}" />
    <link rel="icon" href="${base}/icon.svg" type="image/svg+xml" />
    <script type="module" src="${base}/workspace.js"></script>
    ${(page.classic ?? []).map((name) => html`<script defer src="${base}/${name}"></script>`)}
    ${(page.scripts ?? []).map((name) => html`<script type="module" src="${base}/${name}"></script>`)}`
}

function navigation(workspace: Workspace, page: WorkspacePage): Html {
  const w = workspace.words.layout
  const entries = ENTRIES.filter(({ scope }) => scope === undefined || workspace.can(scope))
  return html`<nav class="workspace-nav" aria-label="${w.navigation}">
    <ul>
      ${entries.map(
        ({ section, href }) =>
          html`<li>
            <a href="${href}" ${section === page.section && html`aria-current="page"`}
              >${w.sections[section as keyof typeof w.sections]}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`
}

/** Search everywhere, in the head of every page; the key `/` leads there. */
const searchForm = (workspace: Workspace): Html =>
  html`<form
    method="post"
    action="/agenda/search"
    class="find-all"
    role="search"
    aria-label="${workspace.words.search.title}"
  >
    ${proof(workspace)}<input
      name="text"
      type="search"
      aria-label="${workspace.words.search.label}"
      placeholder="${workspace.words.search.label}"
      aria-keyshortcuts="/"
      required
      maxlength="200"
      autocomplete="off"
    /><button class="secondary">${workspace.words.search.open}</button>
  </form>`

/** The keys of the workspace; \`?\` opens it. */
function keysDialog(workspace: Workspace): Html {
  const w = workspace.words.search
  return html`<dialog id="keys" aria-labelledby="keys-title">
    <h2 id="keys-title">${w.keysTitle}</h2>
    <dl class="keys-list">
      ${w.keyList.map(
        ([key, what]) =>
          html`<div>
            <dt><kbd>${key}</kbd></dt>
            <dd>${what}</dd>
          </div>`,
      )}
    </dl>
    <form method="dialog"><button class="secondary">${w.close}</button></form>
  </dialog>`
}

function header(workspace: Workspace, page: WorkspacePage): Html {
  const w = workspace.words.layout
  const joint = workspace.here.includes('?') ? '&' : '?'
  return html`<header class="top workspace-top">
    <div class="bar">
      <a class="brand" href="/agenda"><span>${workspace.config.name}</span></a>
      ${workspace.can('contacts:read') && searchForm(workspace)}
      <ul class="who">
        ${STAFF_LANGUAGES.filter((language) => language !== workspace.language).map(
          (language) =>
            html`<li>
              <a href="${workspace.here}${joint}lang=${language}" lang="${language}" hreflang="${language}"
                ><abbr title="${language === 'it' ? 'Italiano' : 'English'}">${language.toUpperCase()}</abbr></a
              >
            </li>`,
        )}
        <li><a href="/agenda/account">${workspace.person.name}</a></li>
        <li>${action(workspace, { to: '/agenda/sign-out', label: w.signOut, className: 'plain' })}</li>
      </ul>
    </div>
    ${navigation(workspace, page)}
  </header>`
}

const said = (workspace: Workspace): Html | false => {
  const text = workspace.done === undefined ? undefined : workspace.words.done[workspace.done]
  return text !== undefined && html`<p class="notice success done" role="status">${text}</p>`
}

const problem = (workspace: Workspace, p: NonNullable<WorkspacePage['problem']>): Html =>
  html`<h1>${p.title}</h1>
    <p class="lead">${p.detail}</p>
    ${p.requestId !== null && html`<p>${workspace.words.layout.requestId}: <code>${p.requestId}</code></p>`}
    <p><a href="/agenda">${workspace.words.layout.home}</a></p>`

const testNotice = ({ pageWords, language, zone, now }: Workspace): Html =>
  html`<p class="notice warning">${pageWords.testNotice(dateOf(language, zone, now), clockOf(zone, now))}</p>`

export function workspaceDocument(workspace: Workspace, page: WorkspacePage, base: string): string {
  const w = workspace.words.layout
  return `<!doctype html>${html`<html
    lang="${workspace.language}"
    class="${workspace.isFramed ? 'workspace framed' : 'workspace'}"
    ${workspace.look !== null && html`data-look="${workspace.look}"`}
  >
    <head>
      ${head(workspace, page, base)}
    </head>
    <body>
      <a class="skip" href="#main">${workspace.pageWords.skip}</a>
      ${header(workspace, page)}
      <main id="main" tabindex="-1" class="${page.isWide ? 'full' : 'workspace-main'}">
        ${workspace.isTest && testNotice(workspace)}
        <p id="offline" class="notice warning" role="status" hidden>${w.offline}</p>
        ${said(workspace)} ${page.problem ? problem(workspace, page.problem) : page.main}
      </main>
      ${keysDialog(workspace)}
      <div id="status" role="status" class="unseen"></div>
      <template
        id="workspace-words"
        data-offline="${w.offline}"
        data-again="${w.backOnline}"
        data-changed="${w.changed}"
        data-reload="${w.reload}"
        data-undo="${w.undo}"
        data-saved="${w.saved}"
        data-failed="${w.failed}"
        data-call="${workspace.words.agents.incoming}"
        data-open="${workspace.words.agents.openNumber}"
        data-away="${workspace.words.agents.putAway}"
      ></template>
    </body>
  </html>`.toString()}`
}

type PlainPage = {
  words: { title: string; detail: string }
  signIn: string
  base: string
  main?: Html
}

/** A document for callers who are not signed in. */
export function plainDocument(language: string, { words, signIn, base, main }: PlainPage): string {
  return `<!doctype html>${html`<html lang="${language}" class="workspace">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${words.title}</title>
      <meta name="robots" content="noindex" />
      <link rel="stylesheet" href="${base}/app.css" />
    </head>
    <body>
      <main id="main" class="narrow">
        ${
          main ??
          html`<h1>${words.title}</h1>
            <p class="lead">${words.detail}</p>
            <p><a href="/agenda/sign-in">${signIn}</a></p>`
        }
      </main>
    </body>
  </html>`.toString()}`
}
