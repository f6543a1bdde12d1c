// Draws the API description as pages: one for each tag, one for the records, one for the notices.

const escape = (text) =>
  String(text).replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign])
/** The `code` and **strong** of a description; everything else is plain text. */
const prose = (text = '') =>
  escape(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
export const slugOf = (name) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
const nameIn = (ref) => ref.split('/').at(-1)
const json = (value) =>
  `<pre tabindex="0"><code>${escape(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}</code></pre>`

const linkTo = (name) => `<a href="/docs/reference/records/${name[0].toLowerCase()}/#${slugOf(name)}">${name}</a>`

/** A schema in a few words, with links to the records that it names. */
function typeOf(schema) {
  if (schema === true || schema === undefined) return 'anything'
  if (schema.$ref) return linkTo(nameIn(schema.$ref))
  const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf
  if (choices) return choices.map(typeOf).join(schema.allOf ? ' and ' : ' or ')
  if (schema.const !== undefined) return `<code>${escape(JSON.stringify(schema.const))}</code>`
  if (schema.enum) return schema.enum.map((value) => `<code>${escape(value)}</code>`).join(', ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`
  const types = [schema.type ?? 'object'].flat().join(' or ')
  return schema.format ? `${types} (${escape(schema.format)})` : types
}

/** What a value must keep to, as far as its type does not say it. */
function limitsOf(schema) {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, default: preset } = schema
  const range = (low, high, unit) =>
    low === undefined && high === undefined
      ? []
      : [`${low === undefined ? 'at most' : high === undefined ? 'at least' : `${low} to`} ${high ?? low}${unit}`]
  return [
    ...range(minimum, maximum, ''),
    ...range(minLength, maxLength, ' characters'),
    ...range(minItems, maxItems, ' items'),
    ...(preset === undefined ? [] : [`default <code>${escape(JSON.stringify(preset))}</code>`]),
  ].join('; ')
}

/** The fields of an object; those of an object inside it follow with their path. */
function fieldsOf(schema, path = '', depth = 0) {
  const { properties = {}, required = [] } = schema
  return Object.entries(properties).flatMap(([name, field]) => {
    const inner = field.type === 'array' ? field.items : field
    const here = `${path}${name}`
    const row = { name: here, field, isRequired: required.includes(name) }
    const deeper =
      depth < 3 && inner?.properties && !inner.$ref
        ? fieldsOf(inner, `${here}${inner === field ? '' : '[]'}.`, depth + 1)
        : []
    return [row, ...deeper]
  })
}

/** What a field means, and its limits as a sentence of their own. */
function meaningOf(field) {
  const [words, limits] = [prose(field.description).replace(/[.]$/, ''), limitsOf(field)]
  return [words, limits && limits[0].toUpperCase() + limits.slice(1)].filter(Boolean).join('. ')
}

function fieldTable(rows, what) {
  if (rows.length === 0) return ''
  const isPlaced = rows.some(({ where }) => where !== undefined)
  const line = ({ name, field, isRequired, where }) =>
    `<tr><th scope="row"><code>${escape(name)}</code>${isRequired ? ' <span class="required">required</span>' : ''}</th>
${isPlaced ? `<td>${where}</td>` : ''}<td>${typeOf(field)}</td><td>${meaningOf(field)}</td></tr>`
  return `<div class="table" role="group" aria-label="${escape(what)}" tabindex="0"><table>
<thead><tr><th scope="col">Name</th>${isPlaced ? '<th scope="col">In</th>' : ''}<th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
<tbody>${rows.map(line).join('')}</tbody></table></div>`
}

/** The fields of a body or answer: those of the record that it names too, and of the items of a page. */
function wholeSchema(document, schema, what) {
  const record = resolve(document, schema)
  const items = record?.properties?.items?.items
  if (items?.$ref && record.properties.nextCursor)
    return `<p>A page of ${typeOf(items)}: <code>items</code> and <code>nextCursor</code>.</p>${wholeSchema(document, items, what)}`
  const shown = schemaBlock(record, what)
  return schema?.$ref && record?.properties ? `<p>${typeOf(schema)}</p>${shown}` : shown
}

const schemaBlock = (schema, what) =>
  schema === undefined
    ? ''
    : schema.properties
      ? fieldTable(fieldsOf(schema), what)
      : `<p>${typeOf(schema)}${schema.description ? `: ${prose(schema.description)}` : ''}</p>`

const exampleOf = (media) => media?.example ?? Object.values(media?.examples ?? {})[0]?.value
const resolve = (document, value) =>
  value?.$ref
    ? value.$ref
        .slice(2)
        .split('/')
        .reduce((at, key) => at[key], document)
    : value

function bodyBlock(document, operation, what) {
  const content = operation.requestBody?.content
  if (!content) return ''
  return Object.entries(content)
    .map(([type, media]) => {
      const example = exampleOf(media)
      return `<h3>${what} <span class="type">${escape(type)}</span></h3>${wholeSchema(document, media.schema, what)}${
        example === undefined ? '' : `<details open><summary>Example</summary>${json(example)}</details>`
      }`
    })
    .join('')
}

function answersBlock(document, operation) {
  const entries = Object.entries(operation.responses ?? {})
  const good = entries.filter(([status]) => /^[123]/.test(status))
  const bad = entries.filter(([status]) => !/^[123]/.test(status))
  const shown = good.map(([status, given]) => {
    const answer = resolve(document, given)
    const [type, media] = Object.entries(answer.content ?? {})[0] ?? []
    const example = exampleOf(media)
    return `<h3>Answer ${status}${type ? ` <span class="type">${escape(type)}</span>` : ''}</h3>
${media?.schema ? `<details><summary>Fields</summary>${wholeSchema(document, media.schema, `Answer ${status}`)}</details>` : `<p>${prose(answer.description ?? 'No content')}</p>`}${
      example === undefined || example === ''
        ? ''
        : `<details open><summary>Example</summary>${json(example)}</details>`
    }`
  })
  const statuses = bad.map(([status]) => `<a href="/docs/catalogues/#problem-codes">${status}</a>`).join(', ')
  return `${shown.join('')}${statuses === '' ? '' : `<p>Problems: ${statuses}</p>`}`
}

/** What a description says beyond the summary and the scope, which stand beside it. */
const beyondSummary = ({ summary = '', description = '' }) =>
  (description.startsWith(summary) ? description.slice(summary.length) : description)
    .replace(/Needs the scope `[^`]+`\.?/, '')
    .replace(/^[\s.]+|\s+$/g, '')

function operationBlock(document, { method, path, operation }) {
  const scope = operation['x-required-scope']
  const parameters = (operation.parameters ?? []).map((one) => resolve(document, one))
  const rows = parameters.map(({ name, in: where, required, schema, description }) => ({
    ...{ name, isRequired: required === true },
    where,
    field: { ...schema, description: description ?? schema?.description },
  }))
  const more = beyondSummary(operation)
  return `<section class="operation">
<h2 id="${slugOf(operation.operationId)}">${prose(operation.summary ?? operation.operationId)}</h2>
<p class="call"><span class="method ${method}">${method.toUpperCase()}</span> <code>${escape(path)}</code></p>
${operation.deprecated ? '<p class="deprecated">Deprecated: see <a href="/docs/api-changes/">changes of the API</a>.</p>' : ''}
${more === '' ? '' : `<p>${prose(more)}</p>`}
<p class="meta"><code>${operation.operationId}</code>${scope ? `; needs the scope <code>${escape(scope)}</code>` : ''}</p>
${rows.length > 0 ? `<h3>Parameters</h3>${fieldTable(rows, 'Parameters')}` : ''}
${bodyBlock(document, operation, 'Body')}${answersBlock(document, operation)}</section>`
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const operationsIn = (paths) =>
  Object.entries(paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ method, path, operation: item[method] })),
  )

/** @param {any} document the API description @returns {{ path: string, title: string, html: string }[]} */
export function referencePages(document) {
  const all = operationsIn(document.paths)
  const ofTags = document.tags.map(({ name, description }) => {
    const own = all.filter(({ operation }) => operation.tags?.includes(name))
    const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ')
    return {
      ...{ path: `reference/${slugOf(name)}`, title },
      html: `<h1>${escape(title)}</h1><p class="lead">${prose(description)}</p>${own.map((one) => operationBlock(document, one)).join('')}`,
    }
  })
  const records = Object.entries(document.components.schemas)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, schema]) => ({
      name,
      html: `<section class="operation"><h2 id="${slugOf(name)}">${escape(name)}</h2>${
        schema.properties && schema.description ? `<p>${prose(schema.description)}</p>` : ''
      }${schemaBlock(schema, name)}</section>`,
    }))
  const letters = [...new Set(records.map(({ name }) => name[0]))]
  const notices = Object.entries(document.webhooks ?? {}).map(([type, item]) => {
    const { summary, description, operationId, ...operation } = item.post
    return `<section class="operation"><h2 id="${slugOf(type)}">${escape(type)}</h2><p>${prose(description ?? summary ?? operationId)}</p>${bodyBlock(document, operation, 'Body')}</section>`
  })
  return [
    ...ofTags,
    {
      ...{ path: 'reference/notices', title: 'Notices' },
      html: `<h1>Notices</h1><p class="lead">What webhooks send, type by type. How they are signed is told under <a href="/docs/messages/">messages, calendars, webhooks</a>.</p>${notices.join('')}`,
    },
    {
      ...{ path: 'reference/records', title: 'Records' },
      html: `<h1>Records</h1><p class="lead">The shapes that several operations share.</p><ul class="many">${records
        .map(({ name }) => `<li>${typeOf({ $ref: name })}</li>`)
        .join('')}</ul>`,
    },
    ...letters.map((letter) => ({
      ...{ path: `reference/records/${letter.toLowerCase()}`, title: `Records: ${letter}`, isHidden: true },
      html: `<h1>Records: ${letter}</h1>${records.flatMap(({ name, html }) => (name[0] === letter ? [html] : [])).join('')}`,
    })),
  ]
}
