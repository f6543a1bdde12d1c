// `npm run docs`: makes the documentation site in docs/_site from the pages of docs/ and the API description, with Eleventy.
// `--if-changed` makes it only when a source has changed since.
import Eleventy from '@11ty/eleventy'
import highlight from '@11ty/eleventy-plugin-syntaxhighlight'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import markdownIt from 'markdown-it'
import anchor from 'markdown-it-anchor'
import MiniSearch from 'minisearch'
import { GROUPS } from './navigation.js'
import { referencePages, slugOf } from './reference.js'
import { INDEXED } from './search-options.js'

const SITE = import.meta.dirname
const DOCS = dirname(SITE)
const ROOT = dirname(DOCS)
const OUT = process.env.AGENDA_DOCS_OUT ?? join(DOCS, '_site')
const STAMP = join(OUT, '.made-from')

const filesIn = (folder, ending) =>
  readdirSync(folder)
    .filter((name) => ending.test(name))
    .sort()
    .map((name) => join(folder, name))
const SOURCES = [
  ...[...filesIn(DOCS, /\.(md|json)$/), ...filesIn(join(DOCS, 'decisions'), /\.md$/)],
  ...[
    ...filesIn(SITE, /\.(js|css)$/),
    join(SITE, 'layouts/page.njk'),
    join(ROOT, 'src/client/README.md'),
    join(ROOT, 'package-lock.json'),
  ],
]
const stampNow = () => {
  const hash = createHash('sha256')
  for (const file of SOURCES) hash.update(file.slice(ROOT.length)).update(readFileSync(file))
  return hash.digest('hex')
}

/** Where a page of the site stands, by its file below the root of the repository. */
function pathOf(file) {
  if (file === 'src/client/README.md') return 'client'
  const inside = /^docs\/((?:decisions\/)?[\w-]+)\.md$/.exec(file)?.[1]
  return inside
}

/** The target of a link in a page; null if it leads to a file that is not on the site. */
function targetOf(href, file) {
  if (/^[a-z]+:/.test(href) || href.startsWith('#') || href.startsWith('/docs/')) return href
  const [path, hash] = href.split('#')
  const to = posix.normalize(posix.join(posix.dirname(file), path))
  if (to === 'docs/decisions') return '/docs/decisions/'
  if (/^docs\/(openapi|agenda\.postman_collection)\.json$/.test(to)) return `/docs/${posix.basename(to)}`
  const page = pathOf(to)
  return page === undefined || !existsSync(join(ROOT, to)) ? null : `/docs/${page}/${hash ? `#${hash}` : ''}`
}

const NAMED = { slugify: (text) => slugOf(text), tabIndex: false }

const titleOfPage = new Map(GROUPS.flatMap(({ pages }) => pages.map(({ path, title }) => [path, title])))

function markdownFor() {
  const md = markdownIt({ html: true, typographer: false }).use(anchor, NAMED)
  // Links between pages; a link to a file of the repository becomes its name.
  md.core.ruler.push('links', (state) => {
    const file = state.env.agendaFile
    for (const { children } of state.tokens) {
      let isOpen = true
      for (const [i, token] of (children ?? []).entries()) {
        if (token.type === 'link_open') {
          // In the repository links have the names of files; here those pages have titles.
          const inside = children[i + 1]
          const named =
            inside?.content === (token.attrGet('href') ?? '').split('#')[0] &&
            titleOfPage.get(pathOf(join(dirname(file), inside.content)))
          if (named) inside.content = named
          const target = targetOf(token.attrGet('href') ?? '', file)
          isOpen = target !== null
          if (isOpen) token.attrSet('href', target)
          else Object.assign(token, { tag: 'span', attrs: null })
        } else if (token.type === 'link_close' && !isOpen) Object.assign(token, { tag: 'span' })
      }
    }
  })
  const fence = md.renderer.rules.fence
  md.renderer.rules.fence = (tokens, i, ...rest) =>
    tokens[i].info === 'mermaid' ? statesTable(tokens[i].content) : fence(tokens, i, ...rest)
  md.renderer.rules.table_open = () => '<div class="table" role="group" aria-label="Table" tabindex="0"><table>\n'
  md.renderer.rules.table_close = () => '</table></div>\n'
  return md
}

/** A diagram of states as a table, which also reads well aloud. */
function statesTable(text) {
  const name = (state) => (state === '[*]' ? '<em>begin or end</em>' : `<code>${state}</code>`)
  const rows = [...text.matchAll(/^\s*(\S+) --> (\S+?)(?:: (.+))?$/gm)].map(
    ([, from, to, why = '']) => `<tr><td>${name(from)}</td><td>${name(to)}</td><td>${why}</td></tr>`,
  )
  return `<div class="table" role="group" aria-label="Changes of state" tabindex="0"><table><thead><tr><th scope="col">From</th>
<th scope="col">To</th><th scope="col">By</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

const titleIn = (text) => /^# (.+)$/m.exec(text)?.[1].replaceAll('`', '') ?? 'Agenda'

/** The pages of docs/ and of the client, in the order of the navigation. */
function writtenPages() {
  const pages = [
    ...filesIn(DOCS, /\.md$/),
    ...filesIn(join(DOCS, 'decisions'), /\.md$/),
    join(ROOT, 'src/client/README.md'),
  ].map((path) => {
    const file = relative(ROOT, path).replaceAll('\\', '/')
    const text = readFileSync(path, 'utf8')
    return { file, path: pathOf(file), title: titleIn(text), text }
  })
  const decisions = pages.filter(({ path }) => path.startsWith('decisions/'))
  const list = decisions.map(({ path, title }) => `- [${title}](/docs/${path}/)`).join('\n')
  pages.push({
    file: 'docs/decisions.md',
    path: 'decisions',
    title: 'Design decisions',
    text: `# Design decisions\n\n${list}\n`,
  })
  const known = new Set(GROUPS.flatMap((group) => group.pages.map(({ path }) => path)))
  const lost = pages.filter(({ path }) => !known.has(path) && !path.startsWith('decisions/')).map(({ path }) => path)
  const gone = [...known].filter((path) => !pages.some((page) => page.path === path))
  if (lost.length + gone.length > 0)
    throw new Error(`docs/site/navigation.js: missing ${lost.join(', ')}; without a page ${gone.join(', ')}`)
  return pages
}

/** The sections of a page for the search: each heading with the text below it. */
function sectionsOf({ url, title }, html) {
  const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)[1]
  const text = (part) =>
    part
      .replace(/<pre[\s\S]*?<\/pre>/g, ' ')
      .replace(/<[^>]+>/g, ' ')
      .replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name])
      .replace(/\s+/g, ' ')
      .trim()
  return main.split(/(?=<h2[ >])/).map((part, i) => {
    const id = /^<h2[^>]*id="([^"]+)"/.exec(part)?.[1]
    const heading = i === 0 ? title : text(/<h2[^>]*>([\s\S]*?)<\/h2>/.exec(part)?.[1] ?? '')
    const key = [...part.matchAll(/<p class="call">[\s\S]*?<\/p>|<p class="meta"><code>[^<]+/g)]
      .map(([one]) => text(one))
      .join(' ')
    return {
      key,
      id: `${url}${i === 0 || !id ? '' : `#${id}`}`,
      title,
      heading,
      text: text(part.replace(/^[\s\S]*?<\/h[12]>/, '')).slice(0, 30_000),
    }
  })
}

const headingsIn = (html) =>
  [...html.matchAll(/<h2[^>]*id="([^"]+)"[^>]*>([\s\S]*?)<\/h2>/g)].map(([, id, inner]) => ({
    ...{ id, text: inner.replace(/<[^>]+>/g, '') },
  }))

const SEARCH_PAGE = `<h1>Search</h1><p id="found" role="status">The search needs JavaScript; here are
<a href="#pages">all pages</a>.</p><ol id="results"></ol>`

const LOST_PAGE = `<h1>This page is not here</h1><p>It may have moved. Look for a word above, or choose from
<a href="#pages">all pages</a>.</p>`

const homePage = (reference) => `<h1>Documentation</h1>
<p class="lead">Appointments, availability and callbacks by REST: what to call, what comes back, and what happens then.</p>
<ul class="cards">
<li><a href="/docs/from-zero/">From zero</a><p>An empty tenant, the first appointment, and four recipes: portal, dialler, CRM, voice bot.</p></li>
<li><a href="/docs/test-mode/">Test mode</a><p>A tenant for your CI with a clock that you move. Nothing is sent.</p></li>
<li><a href="/docs/integration/">Conventions</a><p>Keys, problems, versions, paging, retries, limits.</p></li>
<li><a href="/docs/catalogues/">Catalogues</a><p>Every problem code, scope and event.</p></li>
<li><a href="/docs/client/">Client</a><p>Typed calls for JavaScript and TypeScript, and a command for the terminal.</p></li>
<li><a href="/docs/operations/">Operations</a><p>Install, configure, watch, back up.</p></li>
</ul>
<h2 id="reference">Reference</h2>
<ul class="many">${reference
  .filter(({ isHidden }) => !isHidden)
  .map(({ path, title }) => `<li><a href="/docs/${path}/">${title}</a></li>`)
  .join('')}</ul>
<h2 id="files">For machines</h2>
<ul><li><a href="/docs/openapi.json">OpenAPI 3.1</a>, for generators</li>
<li><a href="/docs/agenda.postman_collection.json">Collection</a> for Postman, Bruno and Insomnia</li></ul>`

async function build() {
  rmSync(OUT, { recursive: true, force: true })
  mkdirSync(OUT, { recursive: true })
  const description = JSON.parse(readFileSync(join(DOCS, 'openapi.json'), 'utf8'))
  const reference = referencePages(description)
  const navigation = [
    ...GROUPS,
    {
      title: `API ${description.info.version}`,
      pages: reference.filter(({ isHidden }) => !isHidden).map(({ path, title }) => ({ path, title })),
    },
  ]
  const sections = []
  const eleventy = new Eleventy(SITE, OUT, {
    quietMode: true,
    configPath: null,
    config(config) {
      config.setQuietMode(true)
      config.addPlugin(highlight, { preAttributes: { tabindex: 0 } })
      config.setLibrary('md', markdownFor())
      config.addGlobalData('navigation', navigation)
      config.addGlobalData('layout', 'page.njk')
      config.setIncludesDirectory('layouts')
      config.addFilter('contents', headingsIn)
      // The text itself is no template: a page may well show two braces.
      const add = (path, ending, content, data) =>
        config.addTemplate(`${path}/index.${ending}`, content, {
          ...{ permalink: `${path}/index.html`, templateEngineOverride: ending },
          ...data,
        })
      for (const { file, path, title, text } of writtenPages()) add(path, 'md', text, { title, agendaFile: file })
      for (const { path, title, html } of reference) add(path, 'html', html, { title })
      config.addTemplate('index.html', homePage(reference), { title: 'Documentation', templateEngineOverride: 'html' })
      add('search', 'html', SEARCH_PAGE, { title: 'Search' })
      add('404', 'html', LOST_PAGE, { title: 'Not here' })
      config.addTransform('sections', function (html) {
        if (this.page.outputPath?.endsWith('index.html') && !/\/(search|404)\//.test(this.page.url)) {
          const url = `/docs${this.page.url}`
          const title = /<title>(.*?) · Agenda<\/title>/.exec(html)?.[1] ?? 'Agenda'
          sections.push(...sectionsOf({ url, title }, html))
        }
        return html
      })
    },
  })
  await eleventy.write()
  const index = new MiniSearch(INDEXED)
  index.addAll(sections)
  writeFileSync(join(OUT, 'search-index.json'), JSON.stringify(index))
  for (const name of ['site.css', 'search.js', 'search-options.js']) cpSync(join(SITE, name), join(OUT, name))
  cpSync(join(ROOT, 'node_modules/minisearch/dist/es/index.js'), join(OUT, 'minisearch.js'))
  for (const name of ['openapi.json', 'agenda.postman_collection.json']) cpSync(join(DOCS, name), join(OUT, name))
  writeFileSync(STAMP, stampNow())
  return { pages: new Set(sections.map(({ id }) => id.split('#')[0])).size, sections: sections.length }
}

const isMade = process.argv.includes('--if-changed') && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stampNow()
if (!isMade) {
  const began = performance.now()
  const { pages, sections } = await build()
  process.stdout.write(
    `documentation: ${pages} pages, ${sections} sections, ${((performance.now() - began) / 1000).toFixed(1)} s\n`,
  )
}
