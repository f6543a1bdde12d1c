// The collections that administrators manage: their API, their schema, and their list columns.
import type { Resource } from '../../domain/catalogue/records/resource.ts'
import { optionsOf } from '../frame/components.ts'
import type { Choices, Schema } from './schema-form.ts'
import { contacts } from '../../domain/contact/contact.resource.ts'
import type { Workspace } from '../frame/context.ts'
import { agents, pools } from '../../domain/catalogue/resources/agent.resource.ts'
import { absences, closures, openings, schedules } from '../../domain/catalogue/resources/schedule.resource.ts'
import { savedMessages } from '../../application/messaging/saved-message.resource.ts'
import { services } from '../../domain/catalogue/resources/service.resource.ts'
import { holidayCalendars, locations } from '../../domain/catalogue/resources/location.resource.ts'
import { campaigns } from '../../domain/callback/dialing/campaign.resource.ts'

export const COLLECTIONS: readonly Resource[] = [
  ...[
    locations,
    services,
    agents,
    pools,
    schedules,
    openings,
    absences,
    closures,
    holidayCalendars,
    campaigns,
    savedMessages,
  ],
]
/** Contacts have workspace pages of their own; they are listed here for import and export. */
export const MOVABLE: readonly Resource[] = [...COLLECTIONS, contacts]

export const collectionOf = (path: string): Resource | undefined => COLLECTIONS.find((one) => one.path === path)
export const schemaOf = (resource: Resource): Schema => resource.body

type Named = { id: string; name: string }

/** Choices for fields that refer to other records, by field name. */
export async function referencesOf(workspace: Workspace): Promise<Choices> {
  const { config } = workspace
  const [agentOptions = [], locationOptions = [], serviceOptions = [], campaignOptions = []] = [
    ...[config.agents, config.locations, config.services, config.campaigns],
  ].map((all) => optionsOf(all.values()))
  const [poolOptions = [], calendarOptions = [], scriptOptions = []] = await Promise.all(
    ['pools', 'holiday-calendars', 'scripts'].map(async (path) => {
      const answer = await workspace.api<{ items: Named[] }>('GET', `/v1/${path}?limit=200`)
      return answer.ok ? optionsOf(answer.body.items) : []
    }),
  )
  return {
    agentId: agentOptions,
    agentIds: agentOptions,
    locationId: locationOptions,
    locationIds: locationOptions,
    serviceId: serviceOptions,
    serviceIds: serviceOptions,
    campaignId: campaignOptions,
    holidayCalendarId: calendarOptions,
    scriptId: scriptOptions,
    incomingScriptId: scriptOptions,
    ownerId: [...agentOptions, ...poolOptions, ...locationOptions],
  }
}
