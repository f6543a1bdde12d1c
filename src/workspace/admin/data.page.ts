// Import and export of every collection, as CSV or JSON; appointments, callbacks and people are exported too.
import { AppError } from '../../kernel/errors.ts'
import { empty, refused, table, today } from '../frame/components.ts'
import { formatDate } from '../../kernel/time/zone.ts'
import { address, formIn, paramIn, textIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { form } from '../frame/layout.ts'
import { field, NO_FAULTS, select } from '../../ui/form.ts'
import { back } from './admin-components.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { MOVABLES, type Item, type Movable } from './importable.ts'
import { fromText, toCsv } from '../../http/csv.ts'
import { plain } from '../../platform/schema/plain.ts'
import type { Workspace } from '../frame/context.ts'

const ALSO = ['appointments', 'callbacks', 'ratings'] as const
/** Most rows per export and import; larger ones must use the API, because a page would wait too long. */
const [MOST_OUT, MOST_IN] = [50_000, 1_000]

async function all(workspace: Workspace, path: string, isPaged = true): Promise<Item[]> {
  if (path === 'ratings') {
    const range = { from: formatDate(today(workspace) - 365), to: formatDate(today(workspace) + 1) }
    return (await workspace.read<{ items: Item[] }>(address('/v1/ratings', range))).items
  }
  const items: Item[] = []
  let cursor: string | null = null
  do {
    const page: { items: Item[]; nextCursor?: string | null } = await workspace.read(
      isPaged ? address(`/v1/${path}`, { limit: 200, cursor }) : `/v1/${path}`,
    )
    items.push(...page.items)
    cursor = page.nextCursor ?? null
  } while (cursor !== null && items.length < MOST_OUT)
  return items
}

const columnsOf = (movable: Movable | undefined, items: readonly Item[]): string[] => {
  const found = new Set<string>(['id', ...Object.keys(movable?.fields ?? {})])
  for (const item of items) for (const name of Object.keys(item)) found.add(name)
  return [...found]
}

const send = (name: string, type: string, content: string): WorkspaceView => ({ file: { name, type, content } })

type Imported = { line: number; name: string; result: 'created' | 'changed' | 'refused'; detail: string }
type RowToImport = {
  movable: Movable
  row: Item
  known: Map<string, string>
  line: number
}

async function importRow(workspace: Workspace, { movable, row, known, line }: RowToImport): Promise<Imported> {
  const id = movable
    .keysOf(row)
    .map((key) => known.get(key))
    .find((found) => found !== undefined)
  const answer = await movable.write(workspace, row, id)
  const name = plain(row.name ?? row.lastName ?? row.externalId ?? row.kind)
  if (answer.ok) return { line, name, result: id === undefined ? 'created' : 'changed', detail: '' }
  const details = answer.refusal.errors.map((e) => `${e.pointer}: ${e.detail}`).join(' ')
  return { line, name, result: 'refused', detail: `${answer.refusal.detail} ${details}` }
}

function dataPage(
  workspace: Workspace,
  given: { collection: string; text: string },
  results: Html | false = false,
  refusal?: { title: string; detail: string },
): WorkspaceView {
  const w = workspace.words.admin
  const names = workspace.words.collections as Record<string, { many: string }>
  const nameFor = (path: string): string => names[path]?.many ?? workspace.words.exports[path] ?? path
  return {
    title: w.data,
    section: 'settings',
    scripts: ['import.js'],
    main: html`${back(workspace)}
      <h1>${w.data}</h1>
      ${refused(refusal)} ${results}
      <section>
        <h2>${w.export}</h2>
        <ul class="rows">
          ${[...MOVABLES.map((one) => one.path), ...ALSO].map(
            (path) =>
              html`<li>
                <span>${nameFor(path)}</span
                ><span
                  ><a href="/agenda/settings/data/${path}.csv" download
                    >CSV<span class="unseen"> ${nameFor(path)}</span></a
                  >
                  <a href="/agenda/settings/data/${path}.json" download
                    >JSON<span class="unseen"> ${nameFor(path)}</span></a
                  ></span
                >
              </li>`,
          )}
        </ul>
      </section>
      <section>
        <h2>${w.import}</h2>
        <p>${w.importText}</p>
        ${form(
          workspace,
          '/agenda/settings/data',
          html`${select(
              {
                name: 'collection',
                label: w.collection,
                value: given.collection,
                options: MOVABLES.map((one) => ({ value: one.path, label: nameFor(one.path) })),
              },
              NO_FAULTS,
            )}
            <p id="file-place"></p>
            ${field(
              {
                name: 'text',
                label: w.rows,
                hint: w.rowsHint,
                value: given.text,
                type: 'textarea',
                required: true,
                maxLength: 100_000,
              },
              NO_FAULTS,
            )}
            <button>${w.importNow}</button>`,
        )}
      </section>`,
  }
}

export function dataPages(add: AddWorkspacePage): void {
  const scope = 'privacy:write' as const
  add({
    method: 'GET',
    url: '/agenda/settings/data',
    scope,
    handler: async (workspace) => dataPage(workspace, { collection: 'locations', text: '' }),
  })
  add({
    method: 'GET',
    url: '/agenda/settings/data/:file',
    scope,
    handler: async (workspace, request) => {
      const [path = '', format = ''] = paramIn(request, 'file').split('.')
      const movable = MOVABLES.find((one) => one.path === path)
      if ((!movable && !(ALSO as readonly string[]).includes(path)) || !['csv', 'json'].includes(format))
        throw new AppError('not_found', { what: 'page' })
      const items = (await all(workspace, path, movable?.isPaged)).filter((item) => movable?.isKept(item) ?? true)
      await workspace.note('exported', { collection: path, format, count: items.length })
      return format === 'json'
        ? send(`${path}.json`, 'application/json; charset=utf-8', JSON.stringify({ items }, null, 1))
        : send(`${path}.csv`, 'text/csv; charset=utf-8', toCsv(columnsOf(movable, items), items))
    },
  })
  add({
    method: 'POST',
    url: '/agenda/settings/data',
    scope,
    handler: async (workspace, request, reply) => {
      const w = workspace.words.admin
      const given = { collection: textIn(formIn(request), 'collection'), text: textIn(formIn(request), 'text') }
      const movable = MOVABLES.find((one) => one.path === given.collection)
      if (!movable) throw new AppError('not_found', { what: 'page' })
      let rows: Item[]
      try {
        rows = fromText(given.text, movable.fields)
      } catch (error) {
        reply.code(422)
        return dataPage(workspace, given, false, { title: w.unreadable, detail: (error as Error).message })
      }
      if (rows.length === 0 || rows.length > MOST_IN) {
        reply.code(422)
        return dataPage(workspace, given, false, { title: w.unreadable, detail: w.rowCount(MOST_IN) })
      }
      const known = new Map<string, string>()
      for (const item of (await all(workspace, movable.path, movable.isPaged)).filter(movable.isKept))
        for (const key of movable.keysOf(item)) known.set(key, plain(item.id ?? key))
      const results: Imported[] = []
      for (const [i, row] of rows.entries())
        results.push(await importRow(workspace, { movable, row, known, line: i + 1 }))
      const failed = results.filter((one) => one.result === 'refused')
      const count = (result: Imported['result']): number => results.filter((one) => one.result === result).length
      const summary = html`<div class="notice ${failed.length === 0 ? 'success' : 'warning'}" role="status">
          <h2>${w.imported(count('created'), count('changed'), failed.length)}</h2>
        </div>
        ${
          failed.length === 0
            ? empty(w.allImported)
            : table(
                w.refusedRows,
                [w.line, w.name, w.why],
                failed.map((one) => [one.line, one.name, one.detail]),
              )
        }`
      return dataPage(workspace, failed.length === 0 ? { ...given, text: '' } : given, summary)
    },
  })
}
