// PURE. The layout of every public page: head, header, language switch, messages, footer.
import { DIRECTIONS, LANGUAGE_NAMES, LANGUAGES } from '../locales/words.ts'
import { html, paragraphs, telephone, type Html } from '../platform/html/html.ts'
import type { Site } from './site.ts'

export type Page = {
  title: string
  main: Html
  /** For search engines; pages with `isPrivate` are excluded from them. */
  description?: string
  isPrivate?: boolean
  /** Tells the embedding site which step the citizen has reached. */
  event?: string
}

/** Location of the versioned files of public/; set once at start. */
export type Assets = { base: string; themeOf: (site: Site) => string }

function head(site: Site, page: Page, assets: Assets): Html {
  return html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${page.title} – ${site.config.name}</title>
    <meta name="description" content="${page.description ?? `${page.title}, ${site.config.name}`}" />
    ${page.isPrivate && html`<meta name="robots" content="noindex" />`}
    <meta name="color-scheme" content="light dark" />
    <link rel="stylesheet" href="${assets.base}/app.css" />
    <link rel="stylesheet" href="${assets.base}/site.css" />
    <link rel="stylesheet" href="${assets.themeOf(site)}" />
    <link rel="icon" href="${assets.base}/icon.svg" type="image/svg+xml" />
    <script type="module" src="${assets.base}/app.js"></script>
    ${site.isFramed && html`<meta name="agenda-origins" content="${site.settings.booking.allowedOrigins.join(' ')}" />`}`
}

/** The languages by their own names, closed until needed. Works without JavaScript. */
function languageSwitch(site: Site): Html {
  const joint = site.here.includes('?') ? '&' : '?'
  return html`<nav aria-label="${site.words.languages}" class="languages">
    <details class="language-menu">
      <summary><span class="unseen">${site.words.languages}: </span>${LANGUAGE_NAMES[site.language]}</summary>
      <ul>
        ${LANGUAGES.map(
          (language) =>
            html`<li>
              <a
                href="${site.here}${joint}lang=${language}"
                lang="${language}"
                hreflang="${language}"
                ${language === site.language && html`aria-current="true"`}
                >${LANGUAGE_NAMES[language]}</a
              >
            </li>`,
        )}
      </ul>
    </details>
  </nav>`
}

function header(site: Site): Html {
  const logo = site.settings.theme.logo !== undefined
  return html`<header class="top">
    <div class="wide">
      <a class="brand" href="${site.base}">
        ${logo && html`<img src="${site.base}/logo?v=${site.config.version}" alt="" height="40" />`}
        <span>${site.config.name}</span>
      </a>
      ${languageSwitch(site)}
    </div>
  </header>`
}

function footer(site: Site): Html {
  const { privacyUrl, termsUrl, supportPhone, supportEmail, texts } = site.settings.booking
  const w = site.words
  const own = texts[site.language]?.footer
  return html`<footer class="bottom">
    <div class="wide">
      ${own !== undefined && paragraphs(own)}
      <ul>
        <li><a href="${site.base}/find">${w.findLink}</a></li>
        ${privacyUrl !== undefined && html`<li><a href="${privacyUrl}">${w.privacy}</a></li>`}
        ${termsUrl !== undefined && html`<li><a href="${termsUrl}">${w.terms}</a></li>`}
        ${supportPhone !== undefined && html`<li>${w.phone}: ${telephone(supportPhone)}</li>`}
        ${supportEmail !== undefined && html`<li>${w.email}: <a href="mailto:${supportEmail}">${supportEmail}</a></li>`}
      </ul>
    </div>
  </footer>`
}

/** Renders a complete document. */
export function document(site: Site, page: Page, assets: Assets): string {
  return `<!doctype html>${html`<html
    lang="${site.language}"
    dir="${DIRECTIONS[site.language]}"
    ${site.isFramed && html`class="framed"`}
  >
    <head>
      ${head(site, page, assets)}
    </head>
    <body>
      <a class="skip" href="#main">${site.words.skip}</a>
      ${!site.isFramed && header(site)}
      <main
        id="main"
        tabindex="-1"
        data-element="appointment-booking"
        ${page.event !== undefined && html`data-event="${page.event}"`}
      >
        ${site.isFramed && html`<div class="wide">${languageSwitch(site)}</div>`} ${page.main}
      </main>
      ${footer(site)}
      <div id="status" role="status" class="unseen"></div>
      <template
        id="words"
        data-lost="${site.words.connectionLost}"
        data-away="${site.words.serviceAway}"
        data-kept="${site.words.stillHere}"
        data-retry="${site.words.retry}"
        data-missing="${site.words.fieldMissing}"
        data-email="${site.words.fieldEmail}"
        data-phone="${site.words.fieldPhone}"
        data-long="${site.words.fieldLong}"
        data-number="${site.words.fieldNumber}"
        data-choice="${site.words.fieldChoice}"
        data-box="${site.words.fieldBox}"
        data-faults="${site.words.faultsTitle}"
        data-left="${site.words.timeLeft}"
        data-left-one="${site.words.timeLeftOne}"
        data-ended="${site.words.timeEnded}"
        data-local="${site.words.localTime}"
        data-loading="${site.words.loading}"
      ></template>
    </body>
  </html>`.toString()}`
}
