// PURE. The layout of every public page: head, header, language switch, messages, footer.
import { directionOf, LANGUAGE_NAMES, LANGUAGES } from '../kernel/language.ts'
import { html, paragraphs, telephone, type Html } from '../platform/html/html.ts'
import { clockOf, dateOf } from '../locales/dates.ts'
import { icon } from '../ui/icon.ts'
import { dataElement, metadata } from './metadata.ts'
import type { Page } from './page.ts'
import type { Site } from './site.ts'

/** Location of the versioned files of public/; set once at start. */
export type Assets = { base: string; themeOf: (site: Site) => string }

function head(site: Site, page: Page, assets: Assets): Html {
  return html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${page.title} – ${site.config.name}</title>
    <meta name="description" content="${page.description ?? `${page.title}, ${site.config.name}`}" />
    ${page.refreshSeconds !== undefined && html`<noscript><meta http-equiv="refresh" content="${page.refreshSeconds}" /></noscript>`}
    ${page.isPrivate && html`<meta name="robots" content="noindex" />`}
    <meta name="color-scheme" content="light dark" />
    <link rel="stylesheet" href="${assets.base}/app.css" />
    <link rel="stylesheet" href="${assets.base}/site.css" />
    ${site.settings.theme.style === 'italia' && html`<link rel="stylesheet" href="${assets.base}/italia.css" />`}
    <link rel="stylesheet" href="${assets.themeOf(site)}" />
    ${!page.isPrivate && metadata(site, page, page.path ?? site.here)}
    ${page.data !== undefined && dataElement(page.data)}
    <link rel="icon" href="${assets.base}/icon.svg" type="image/svg+xml" />
    <link rel="manifest" href="${site.base}/manifest.webmanifest" />
    <script type="module" src="${assets.base}/app.js"></script>
    ${site.isFramed && html`<meta name="agenda-origins" content="${[site.origin, ...site.settings.booking.allowedOrigins].join(' ')}" />`}`
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

/** Above the header: the body that the office belongs to, and the way back to the office's own site. */
function slimBar(site: Site): Html {
  const { parentName, parentUrl, siteUrl } = site.settings.booking
  if (parentName === undefined && siteUrl === undefined) return html``
  const parent =
    parentUrl === undefined ? html`<span>${parentName}</span>` : html`<a href="${parentUrl}">${parentName}</a>`
  return html`<div class="slim">
    <div class="wide">
      ${parentName !== undefined && parent}
      ${siteUrl !== undefined && html`<a href="${siteUrl}" class="to-site">${site.words.toSite(site.config.name)}</a>`}
    </div>
  </div>`
}

function header(site: Site): Html {
  const logo = site.settings.theme.logo !== undefined
  return html`<header class="top">
    ${slimBar(site)}
    <div class="wide">
      <a class="brand" href="${site.base}">
        ${logo && html`<img src="${site.base}/logo?v=${site.config.version}" alt="" height="40" />`}
        <span>${site.config.name}</span>
      </a>
      <a class="mine-link" href="${site.base}/mine">${icon('mine')}<span>${site.words.mineLink}</span></a>
      ${languageSwitch(site)}
    </div>
  </header>`
}

/** The links that a public office must offer, with the marks by which the Italian validator finds them. */
function legalLinks(site: Site): Html {
  const { privacyUrl, termsUrl, accessibilityUrl, reportUrl, legalUrl } = site.settings.booking
  const w = site.words
  const link = (url: string | undefined, text: string, element: string): Html =>
    html`${url !== undefined && html`<li><a href="${url}" data-element="${element}">${text}</a></li>`}`
  return html`${link(privacyUrl, w.privacy, 'privacy-policy-link')} ${link(legalUrl, w.legalNotes, 'legal-notes')}
    ${link(termsUrl, w.terms, 'terms')} ${link(accessibilityUrl, w.accessibility, 'accessibility-link')}
    ${link(reportUrl, w.reportProblem, 'report-inefficiency')}
    <li><a href="${site.base}/cookies">${w.cookies}</a></li>`
}

function footer(site: Site): Html {
  const { supportPhone, supportEmail, siteUrl, texts } = site.settings.booking
  const w = site.words
  const own = texts[site.language]?.footer
  return html`<footer class="bottom">
    <div class="wide">
      ${own !== undefined && paragraphs(own)}
      <ul>
        <li><a href="${site.base}" data-element="appointment-booking">${w.landingTitle}</a></li>
        <li><a href="${site.base}/find">${w.findLink}</a></li>
        ${siteUrl !== undefined && html`<li class="to-site"><a href="${siteUrl}">${w.toSite(site.config.name)}</a></li>`}
        ${legalLinks(site)}
      </ul>
      <ul>
        ${supportPhone !== undefined && html`<li><span>${w.phone}: ${telephone(supportPhone)}</span></li>`}
        ${
          supportEmail !== undefined &&
          html`<li>
            <span>${w.email}: <a href="mailto:${supportEmail}">${supportEmail}</a></span>
          </li>`
        }
      </ul>
    </div>
  </footer>`
}

/** Says that nothing here is real, and what time it is for this tenant. */
const testNotice = ({ words, language, config: { timeZone }, now }: Site): Html =>
  html`<div class="wide">
    <p class="notice warning">${words.testNotice(dateOf(language, timeZone, now), clockOf(timeZone, now))}</p>
  </div>`

/** Renders a complete document. */
export function document(site: Site, page: Page, assets: Assets): string {
  return `<!doctype html>${html`<html
    lang="${site.language}"
    dir="${directionOf(site.language)}"
    ${site.isFramed && html`class="framed"`}
  >
    <head>
      ${head(site, page, assets)}
    </head>
    <body>
      ${!site.isFramed && html`<a class="skip" href="#main">${site.words.skip}</a>${header(site)}`}
      <p class="print-head" aria-hidden="true">${site.config.name}</p>
      <main
        id="main"
        tabindex="-1"
        data-element="appointment-booking"
        ${page.event !== undefined && html`data-event="${page.event}"`}
      >
        ${site.isFramed && html`<div class="wide">${languageSwitch(site)}</div>`} ${site.isTest && testNotice(site)}
        ${page.main}
      </main>
      ${!site.isFramed && footer(site)}
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
