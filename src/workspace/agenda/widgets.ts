// Widgets: pages of other systems beside a contact, appointment or callback. Their URL carries a signature of its parameters,
// so that they can trust it: HMAC-SHA-256 over the sorted parameters, with the tenant's widget secret.
import { createHmac } from 'node:crypto'
import { html, type Html } from '../../platform/html/html.ts'
import type { Workspace } from '../frame/context.ts'

/** The sorted parameters, as they are signed. */
export const signedText = (parameters: URLSearchParams): string =>
  [...parameters]
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('\n')

/** The URL of a widget with its context (record, person, time in epoch s) and the signature. */
export function signedAddress(url: string, secret: string, context: Record<string, string>): string {
  const address = new URL(url)
  for (const [name, value] of Object.entries(context)) address.searchParams.set(name, value)
  const signature = createHmac('sha256', secret).update(signedText(address.searchParams)).digest('base64url')
  address.searchParams.set('signature', signature)
  return address.href
}

type Place = 'contact' | 'appointment' | 'callback'
type Context = { contactId: string; subjectId?: string }
type Widget = Workspace['settings']['workspace']['widgets'][number]

/** The widgets of a place; with `area`, only those that the tenant has put there on the contact screen. */
export const widgetsFor = (
  workspace: Workspace,
  place: Place,
  context: Context,
  area?: 'who' | 'say',
): Promise<Html | false> =>
  framesOf(
    workspace,
    workspace.settings.workspace.widgets.filter(
      (one) => one.places.includes(place) && (area === undefined || (one.area ?? 'who') === area),
    ),
    place,
    context,
  )

/** One widget, wherever it belongs. */
export const widgetNamed = (workspace: Workspace, id: string, context: Context): Promise<Html | false> =>
  framesOf(
    workspace,
    workspace.settings.workspace.widgets.filter((one) => one.id === id),
    'contact',
    context,
  )

async function framesOf(
  workspace: Workspace,
  widgets: readonly Widget[],
  place: Place,
  context: Context,
): Promise<Html | false> {
  if (widgets.length === 0) return false
  const secret = await workspace.secretFor('widgets')
  const shared = {
    tenant: workspace.config.slug,
    user: workspace.person.id,
    contact: context.contactId,
    ...(context.subjectId === undefined ? {} : { [place]: context.subjectId }),
    at: String(Math.floor(workspace.now / 1000)),
  }
  return html`${widgets.map(
    (widget) =>
      html`<section class="widget">
        <h3>${widget.name}</h3>
        <iframe
          title="${widget.name}"
          src="${signedAddress(widget.url, secret, shared)}"
          sandbox="allow-scripts allow-forms allow-same-origin allow-popups"
          referrerpolicy="no-referrer"
          loading="lazy"
          height="${widget.height ?? 270}"
        ></iframe>
      </section>`,
  )}`
}
