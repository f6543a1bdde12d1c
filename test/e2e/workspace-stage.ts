// The stage with people of the demo municipality who sign in to the workspace.
import type { Page } from 'playwright-core'
import { makePerson, PASSWORD } from '../helpers/people.ts'
import { DESKTOP, openStage, type Stage } from './stage.ts'

export type WorkspaceStage = Stage & {
  origin: string
  /** The agent that belongs to `rossi`. */
  agentId: string
  /** A page on which the person is signed in: `admin`, an administrator, or `rossi`, an agent. */
  enter: (who: 'admin' | 'rossi', options?: Parameters<Stage['open']>[0]) => Promise<Page>
  /** Calls the API as the person who is signed in on the page. */
  api: (page: Page, method: string, path: string, body?: object) => Promise<any>
}

export async function openWorkspaceStage(): Promise<WorkspaceStage> {
  const stage = await openStage()
  const { service, tenantId } = stage
  const origin = new URL(stage.home).origin
  const config = (await service.deps.snapshots.config(tenantId))!
  const agentId = [...config.agents.values()].find((a) => a.name === 'Giulia Rossi')!.id
  await makePerson(service, { email: 'admin@roccamora.example', role: 'administrator', tenantId, name: 'Elena Greco' })
  await makePerson(service, {
    ...{ email: 'rossi@roccamora.example', role: 'agent', tenantId },
    ...{ agentId, name: 'Giulia Rossi' },
  })
  return {
    ...stage,
    origin,
    agentId,
    async enter(who, options = {}) {
      const page = await stage.open({ viewport: DESKTOP, ...options })
      await page.goto(`${stage.home}/sign-in`)
      await page.fill('#email', `${who}@roccamora.example`)
      await page.fill('#password', PASSWORD)
      await Promise.all([page.waitForURL('**/agenda'), page.click('main form button')])
      return page
    },
    async api(page, method, path, body) {
      const csrf = await page.locator('meta[name=agenda-csrf]').getAttribute('content')
      const answer = await page.request.fetch(`${origin}/v1${path}`, {
        method,
        headers: { 'x-agenda-csrf': csrf! },
        ...(body ? { data: body } : {}),
      })
      return await answer.json()
    },
  }
}
