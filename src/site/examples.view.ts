// A page of examples: how other sites link to the booking or embed it. Runs the widget on this site.
import { html, type Html } from '../platform/html/html.ts'
import type { Page } from './page.ts'
import type { Site } from './site.ts'

const sample = (title: string, text: string, code: string): Html =>
  html`<section>
    <h2>${title}</h2>
    <p>${text}</p>
    <pre tabindex="0"><code>${code}</code></pre>
  </section>`

export function examplesPage(site: Site, origin: string): Page {
  const w = site.words.examples
  const service = [...site.config.services.values()].find((s) => !s.archived)
  const slug = site.base.slice(1)
  const name = service?.externalId ?? service?.id ?? ''
  return {
    title: w.title,
    event: 'examples',
    main: html`<div class="wide">
      <h1>${w.title}</h1>
      <p class="lead">${w.lead}</p>
      ${sample(
        w.widget,
        w.widgetText,
        `<script type="module" src="${origin}/widget.js"></script>\n` +
          `<agenda-booking tenant="${slug}" service="${name}" lang="${site.language}"></agenda-booking>`,
      )}
      ${sample(
        w.events,
        w.eventsText,
        "document.addEventListener('agenda-step', (event) => console.log(event.detail.step))\n" +
          "document.addEventListener('agenda-booked', () => console.log('booked'))",
      )}
      ${sample(w.link, w.linkText, `<a href="${origin}/${slug}/book?service=${name}" data-element="service-booking-access">…</a>`)}
      ${sample(w.api, w.apiText, `curl '${origin}/v1/public/${slug}/services'`)}
      <section>
        <h2>${w.live}</h2>
        <script type="module" src="/widget.js"></script>
        <agenda-booking tenant="${slug}" service="${name}" label="${w.live}"></agenda-booking>
      </section>
    </div>`,
  }
}
