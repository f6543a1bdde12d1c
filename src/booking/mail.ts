// PURE. The e-mails that the pages cause: plain text and the same as HTML, in the citizen's language.
import type { Mail } from '../notify/message.ts'
import { html } from '../web/html.ts'
import type { Site } from '../web/site.ts'
import { addressLines, spanOf, visitName } from './steps.ts'

export type Told = {
  serviceIds: readonly string[]
  start: number
  end: number
  timeZone: string
  channel: string
  locationId: string
  places: number
  code?: string | undefined
}
type Letter = {
  to: string
  name: string
  subject: string
  text: string
  link?: { href: string; text: string } | undefined
  note?: string
}

/** A letter about one appointment. */
export function letter(site: Site, told: Told, l: Letter): Mail & { fromName: string } {
  const w = site.words
  const location = site.config.locations.get(told.locationId)
  const isHere = told.channel === 'in_person' && location
  const rows: [string, string][] = [
    [w.service, visitName(site, told.serviceIds)],
    [w.when, spanOf(site, told.timeZone, told.start, told.end)],
    [w.where, isHere ? [location.name, ...addressLines(location)].join(', ') : w.channels[told.channel as 'phone']],
    ...(told.places > 1 ? [[w.people, String(told.places)] as [string, string]] : []),
    ...(told.code === undefined ? [] : [[w.code, told.code] as [string, string]]),
  ]
  const toBring = told.serviceIds.flatMap((id) => site.config.services.get(id)?.whatToBring ?? [])
  if (toBring.length > 0) rows.push([w.toBring, toBring.join(' ')])
  const hello = l.name === '' ? w.mail.helloAnyone : w.mail.hello(l.name)
  const text = [
    hello,
    l.text,
    rows.map(([name, value]) => `${name}: ${value}`).join('\n'),
    ...(l.link ? [`${l.link.text}:\n${l.link.href}`] : []),
    ...(l.note === undefined ? [] : [l.note]),
    `${w.mail.greeting}\n${site.config.name}`,
  ].join('\n\n')
  const body = html`<!doctype html>
    <html lang="${site.language}">
      <body style="font-family:sans-serif;line-height:1.5">
        <p>${hello}</p>
        <p>${l.text}</p>
        <table role="presentation" cellpadding="4">
          ${rows.map(
            ([name, value]) =>
              html`<tr>
                <td><strong>${name}</strong></td>
                <td>${value}</td>
              </tr>`,
          )}
        </table>
        ${l.link && html`<p><a href="${l.link.href}">${l.link.text}</a></p>`}
        ${l.note !== undefined && html`<p>${l.note}</p>`}
        <p>${w.mail.greeting}<br />${site.config.name}</p>
      </body>
    </html>`
  const subject = `${l.subject}: ${visitName(site, told.serviceIds)}`.replace(/[\r\n]+/g, ' ').slice(0, 150)
  return { to: l.to, subject, text, html: String(body), fromName: site.config.name }
}
