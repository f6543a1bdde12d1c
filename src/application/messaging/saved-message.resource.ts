// Saved messages: texts that agents send again and again, in both languages, with variables.
import Type from 'typebox'
import type { Resource } from '../../domain/catalogue/records/resource.ts'
import { bodyFault } from '../../kernel/errors.ts'
import { isKnownVariable, variablesIn } from '../../domain/script/script-variables.ts'
import { ExternalId, Name } from '../../platform/schema/schema.ts'

/** Saved messages know no answers of a script. */
const NO_SCRIPT = { start: '', steps: [] }

const texts = (maxLength: number, description: string) =>
  Type.Object(
    { it: Type.Optional(Type.String({ maxLength })), en: Type.Optional(Type.String({ maxLength })) },
    { additionalProperties: false, description },
  )

export const savedMessages: Resource = {
  path: 'saved-messages',
  name: 'saved-message',
  table: 'saved_messages',
  description:
    'a text that agents send: a subject and a text for mails and SMS, with {{contact.firstName}} and the like',
  body: Type.Object(
    {
      name: Name,
      externalId: Type.Optional(ExternalId),
      subject: Type.Optional(texts(150, 'Of mails; the name of the office by default')),
      text: texts(4000, 'By language; the other one stands in for a missing one'),
    },
    { additionalProperties: false },
  ),
  columns: { name: 'name', externalId: 'external_id' },
  filters: { externalId: 'external_id', name: 'name' },
  scopes: { read: 'configuration:read', write: 'configuration:write' },
  isConfiguration: false,
  prepare: (_context, body) => {
    for (const part of ['subject', 'text'] as const)
      for (const [language, text] of Object.entries((body[part] ?? {}) as Record<string, string>))
        for (const name of variablesIn(text))
          if (!isKnownVariable(NO_SCRIPT, name)) throw bodyFault(`/${part}/${language}`, 'template_variable', { name })
    return Promise.resolve({})
  },
}
