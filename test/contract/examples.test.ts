// Every operation of the API description has an example that its own schemas accept. RECORD_EXAMPLES=1 records them anew;
// RECORD_EXAMPLES="POST /v1/holds" shows one.
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect, test } from 'vitest'
import { recordExamples } from '../examples/record.ts'
import { startService } from '../helpers/service.ts'

const wanted = process.env.RECORD_EXAMPLES
test.runIf(wanted !== undefined)(
  'the examples are recorded',
  async () => {
    expect(await recordExamples(wanted === '1' ? undefined : wanted)).toEqual([])
  },
  900_000,
)

type Media = Record<string, { schema?: object; examples?: Record<string, { value: unknown }> }>

test('every operation, notice and problem has examples that its schema accepts', async () => {
  const service = await startService()
  const { body } = await service.tenant.call('GET', '/openapi.json', undefined, { key: null })
  await service.close()
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'api', components: body.components })
  const faults: string[] = []
  const check = (name: string, content: Media): number => {
    let seen = 0
    for (const [type, { schema = {}, examples = {} }] of Object.entries(content))
      for (const { value } of Object.values(examples)) {
        seen += 1
        const text = JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')
        const validate = ajv.compile(JSON.parse(text) as object)
        if (!validate(value)) faults.push(`${name} ${type}: ${ajv.errorsText(validate.errors).slice(0, 300)}`)
      }
    return seen
  }
  let operations = 0
  for (const [path, methods] of Object.entries<any>(body.paths))
    for (const [method, operation] of Object.entries<any>(methods)) {
      const name = `${method.toUpperCase()} ${path}`
      operations += 1
      if (operation.requestBody?.required && check(name, operation.requestBody.content) === 0)
        faults.push(`${name}: no example of the request`)
      const answers = Object.entries<any>(operation.responses).filter(([status]) => status.startsWith('2'))
      const seen = answers.map(([, answer]) => check(name, answer.content ?? {}))
      const pushes = Object.entries<any>(operation.callbacks ?? {})
      for (const [event, targets] of pushes) {
        const { post } = Object.values<any>(targets)[0]
        const seenBoth = check(event, post.requestBody.content) > 0 && check(event, post.responses['2XX'].content) > 0
        if (!seenBoth) faults.push(`${event}: no example`)
      }
      const isEmpty = answers.every(([status, answer]) => status === '204' || answer.content === undefined)
      if (!isEmpty && Math.max(...seen) === 0) faults.push(`${name}: no example of the answer`)
    }
  expect(operations).toBeGreaterThan(240)
  for (const [type, { post }] of Object.entries<any>(body.webhooks))
    if (check(type, post.requestBody.content) === 0) faults.push(`${type}: no example`)
  for (const [name, answer] of Object.entries<any>(body.components.responses))
    if (check(name, answer.content) === 0) faults.push(`${name}: no example`)
  expect(faults).toEqual([])
})
