// Reads the imports and the writes to tables of all source files, for the architecture tests.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import ts from 'typescript'

const ROOT = join(import.meta.dirname, '..', '..')

/** An import, a re-export, a dynamic import or an import of a type. */
type Import = { to: string; names: string[]; isType: boolean }
export type SourceFile = {
  path: string
  text: string
  code: string
  isPure: boolean
  imports: Import[]
  /** Names it exports. */
  exports: string[]
}

const nameOf = (e: ts.ImportSpecifier | ts.ExportSpecifier): string => (e.propertyName ?? e.name).text

function importOf(node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const clause = node.importClause
    const named = clause?.namedBindings
    const elements = named && ts.isNamedImports(named) ? named.elements : []
    const isType = clause?.isTypeOnly === true || (elements.length > 0 && elements.every((e) => e.isTypeOnly))
    return { to: node.moduleSpecifier.text, names: elements.map(nameOf), isType }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    const elements = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : []
    return { to: node.moduleSpecifier.text, names: elements.map(nameOf), isType: node.isTypeOnly }
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [to] = node.arguments
    return to && ts.isStringLiteral(to) ? { to: to.text, names: [], isType: false } : null
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal))
    return { to: node.argument.literal.text, names: [], isType: true }
  return null
}

function importsIn(path: string, file: ts.SourceFile): Import[] {
  const found: Import[] = []
  const visit = (node: ts.Node): void => {
    const one = importOf(node)
    if (one) found.push({ ...one, to: one.to.startsWith('.') ? normalize(join(dirname(path), one.to)) : one.to })
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)

/** The names that the file declares and exports. */
function exportsIn(file: ts.SourceFile): string[] {
  return file.statements.filter(isExported).flatMap((node) => {
    if (ts.isVariableStatement(node))
      return node.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []))
    const { name } = node as unknown as { name?: ts.Node }
    return name && ts.isIdentifier(name) ? [name.text] : []
  })
}

/** The text without its comments. */
const withoutComments = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/([^:'"`])\/\/.*$/gm, '$1')

const filesUnder = (folder: string): SourceFile[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !/^clients\//.test(name))
    .map((name) => {
      const path = relative(ROOT, join(ROOT, folder, name))
      const text = readFileSync(join(ROOT, path), 'utf8')
      const isPure = /^\/\/ PURE\./m.test(text)
      const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
      const code = withoutComments(text)
      return { path, text, code, isPure, imports: importsIn(path, file), exports: exportsIn(file) }
    })

export const sources = filesUnder('src')
/** Tests and benches, which use what they check. */
export const tests = filesUnder('test')

/** The module of a file: its folder under src, `root` for src itself. */
export const moduleOf = (path: string): string => {
  const folder = dirname(path).split('/').slice(1).join('/')
  return folder === '' ? 'root' : folder
}

/** Groups of more than one node that reach each other (strongly connected components, Tarjan 1972). */
export function knots(arrows: readonly (readonly [string, string])[]): string[][] {
  const next = new Map<string, Set<string>>()
  for (const [from, to] of arrows) next.set(from, (next.get(from) ?? new Set<string>()).add(to))
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const found: string[][] = []
  const visit = (node: string): void => {
    index.set(node, index.size)
    low.set(node, index.get(node)!)
    open.push(node)
    for (const other of next.get(node) ?? []) {
      if (!index.has(other)) visit(other)
      if (open.includes(other)) low.set(node, Math.min(low.get(node)!, low.get(other)!))
    }
    if (low.get(node) !== index.get(node)) return
    const group = open.splice(open.indexOf(node))
    if (group.length > 1) found.push(group.sort())
  }
  for (const node of next.keys()) if (!index.has(node)) visit(node)
  return found
}

const BUILDER = /\.(?:insertInto|updateTable|deleteFrom|mergeInto)\(\s*'(\w+)'/g
const PLAIN =
  /\b(?:insert into|delete from|update|truncate)\s+([a-z_]+)\b(?=\s+(?:as\s+)?(?:\w+\s+)?(?:set|using|where|values|select|\(|as)|\s*\()/g

/** The tables that the SQL of a file writes. */
export const tablesWritten = ({ code }: SourceFile): string[] => [
  ...new Set([...code.matchAll(BUILDER), ...code.matchAll(PLAIN)].map((match) => match[1]!)),
]
