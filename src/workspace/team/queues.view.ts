// Counters of campaigns, and parked deliveries with their replay.
import type { DeliveryShown } from '../../api/delivery.routes.ts'
import type { Static } from 'typebox'
import type { WorkspaceView } from '../frame/workspace.ts'
import { action } from '../frame/layout.ts'
import { html } from '../../platform/html/html.ts'
import { empty, moment } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'

type Delivery = Static<typeof DeliveryShown>
const STATES = [
  'scheduled',
  'due',
  'queued',
  'outstanding',
  'late',
  'escalated',
  'parked',
  'completed',
  'exhausted',
  'expired',
] as const

type Counters = {
  promises: { kept: number; late: number; missed: number }
  keptPercent: number | null
  averageDelaySeconds: number | null
}

export async function queuesPage(workspace: Workspace): Promise<WorkspaceView> {
  const w = workspace.words.team
  const campaigns = [...workspace.config.campaigns.values()].filter((c) => !c.archived)
  const counters = await Promise.all(
    campaigns.map((c) => workspace.read<Counters & Record<string, unknown>>(`/v1/campaigns/${c.id}/counters`)),
  )
  // Deliveries belong to the whole tenant, so people with limited reach do not see them.
  const answer = await workspace.api<{ items: Delivery[] }>('GET', '/v1/deliveries?status=parked&limit=100')
  const parked = answer.ok ? answer.body.items : []
  const states = workspace.words.states as Record<string, string>
  return {
    title: w.queues,
    section: 'team',
    main: html`<h1>${w.queues}</h1>
      ${campaigns.map((c, i) => {
        const one = counters[i]!
        const byState = Object.fromEntries(STATES.map((state) => [state, Number(one[state] ?? 0)]))
        return html`<section class="card">
          <h2>${c.name}</h2>
          <dl class="facts">
            ${Object.entries(byState).map(
              ([state, n]) =>
                html`<div>
                  <dt>${states[state] ?? state}</dt>
                  <dd>${n}</dd>
                </div>`,
            )}
            <div>
              <dt>${w.kept}</dt>
              <dd>${one.keptPercent === null ? '–' : `${one.keptPercent} %`}</dd>
            </div>
            <div>
              <dt>${w.delay}</dt>
              <dd>${one.averageDelaySeconds === null ? '–' : w.minutes(Math.round(one.averageDelaySeconds / 60))}</dd>
            </div>
            <div>
              <dt>${w.missed}</dt>
              <dd>${one.promises.missed}</dd>
            </div>
          </dl>
        </section>`
      })}
      <section>
        <h2>${w.parked} <span class="count">(${parked.length})</span></h2>
        ${
          parked.length === 0
            ? empty(w.noParked)
            : html`<ul class="rows">
                ${parked.map(
                  (d) =>
                    html`<li>
                      <span
                        ><a href="/agenda/callbacks/${d.callbackId}">${moment(workspace, d.createdAt)}</a>
                        <span class="detail"
                          >${workspace.config.campaigns.get(d.campaignId)?.name} · ${d.failure}</span
                        ></span
                      >${
                        workspace.can('callbacks:work') &&
                        action(workspace, { to: '/agenda/team/replay', label: w.replay, fields: { id: d.id } })
                      }
                    </li>`,
                )}
              </ul>`
        }
      </section>`,
  }
}
