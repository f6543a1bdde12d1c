// Checks SQL against the rules for a distributed engine, using PostgreSQL's own parser. Each fault names the broken rule.
import { loadModule, parseSync } from 'libpg-query'

type Node = Record<string, any>

/** Tables without tenant_id, each with the reason. */
const EXEMPT: Record<string, string> = {
  tenants: 'distributed by its own id',
  tenant_slugs: 'look-up across tenants, keyed by the slug (rule 4)',
  schema_migrations: 'local bookkeeping of migrations',
}
/** Statements that a distributed engine never gets: rows of several transactions written together. */
const NEVER_DISTRIBUTED = /'agenda\.won'/
/** Statements that may read across tenants, each with the reason. */
const ACROSS_TENANTS: RegExp[] = [
  /^select \* from "tenants" order by "id" limit/, // the operator's list
  /^select \* from "tenants" where "id" > /, // its next page
  /^select "tenant_id", "id", "connector", "external_id" from "campaigns" where "connector" <> /, // campaigns that push, a hint where to look for work
  /^select j\.tenant_id as "tenantId", j\.queue, min\(j\.due_at\)/, // where side work is due, a hint where to look
  /^select j\.queue, count\(\*\)/, // the operator's metrics
  /^select "id" from "tenants" where "archived_at" is null$/, // background work: find tenants first, then go one by one
]

/** Functions that PostgreSQL calls stable or volatile (pg_proc.provolatile) and that a statement of ours could want. */
const NOT_IMMUTABLE = new Set(
  `array_to_json array_to_string clock_timestamp concat concat_ws date_trunc format gen_random_uuid json_build_array
   json_build_object jsonb_agg jsonb_build_array jsonb_build_object jsonb_object_agg nextval now random row_to_json statement_timestamp
   timeofday to_char to_date to_json to_jsonb to_number to_timestamp transaction_timestamp`.split(/\s+/),
)

/** Functions in a change that the distributed engine refuses: not immutable, and given a column or inside CASE or COALESCE. */
function unfitFunctions(change: Node): string[] {
  const faults: string[] = []
  const calls = (node: unknown, see: (name: string, call: Node) => void): void =>
    visit(node, (kind, value) => {
      const name: string = kind === 'FuncCall' ? (value.funcname ?? []).at(-1)?.String?.sval : ''
      if (NOT_IMMUTABLE.has(name)) see(name, value)
    })
  calls(change, (name, { args }) =>
    visit(args, (kind) => kind === 'ColumnRef' && faults.push(`rule 7: ${name}() of a column in a change`)),
  )
  visit(change, (kind, value) => {
    if (kind === 'CaseExpr' || kind === 'CoalesceExpr')
      calls(value, (name) => faults.push(`rule 7: ${name}() inside CASE or COALESCE of a change`))
  })
  return faults
}

function visit(node: unknown, see: (type: string, value: Node) => void): void {
  if (Array.isArray(node)) for (const child of node) visit(child, see)
  else if (node !== null && typeof node === 'object') {
    for (const [type, value] of Object.entries(node)) {
      if (value !== null && typeof value === 'object' && !Array.isArray(value)) see(type, value as Node)
      visit(value, see)
    }
  }
}

const columnName = (node: Node | undefined): string[] =>
  (node?.ColumnRef?.fields ?? []).map((f: Node) => f.String?.sval ?? '*')

/** Faults of one statement; collects the aliases of its tables and the equalities on tenant_id found anywhere in it. */
function faultsOf(sql: string): string[] {
  const faults: string[] = []
  const [statement] = (parseSync(sql) as Node).stmts as Node[]
  const type = Object.keys(statement!.stmt)[0]!
  if (!['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'].includes(type)) return []
  if (NEVER_DISTRIBUTED.test(sql) || ACROSS_TENANTS.some((pattern) => pattern.test(sql))) return []

  const tables: { name: string; alias: string }[] = []
  const bound = new Set<string>()
  const functions = new Set<string>()
  visit(statement!.stmt, (kind, value) => {
    if (kind === 'RangeVar' || (kind === 'relation' && value.relname))
      tables.push({ name: value.relname, alias: value.alias?.aliasname ?? value.relname })
    if (kind === 'A_Expr' && value.kind === 'AEXPR_OP' && value.name?.[0]?.String?.sval === '=') {
      for (const [one, other] of [
        [value.lexpr, value.rexpr],
        [value.rexpr, value.lexpr],
      ]) {
        const path = columnName(one as Node)
        const isValue =
          (other as Node)?.ParamRef !== undefined ||
          (other as Node)?.TypeCast?.arg?.ParamRef !== undefined ||
          (other as Node)?.ColumnRef !== undefined
        if (
          isValue &&
          (path.at(-1) === 'tenant_id' || (path.at(-1) === 'id' && tables.some((t) => t.name === 'tenants')))
        )
          bound.add(path.length > 1 ? path[0]! : '')
      }
    }
    if (kind === 'FuncCall') functions.add((value.funcname ?? []).at(-1)?.String?.sval)
    if (kind === 'TypeCast' && columnName(value.arg as Node).at(-1) === 'tenant_id')
      faults.push('rule 6: no cast on tenant_id')
    if (kind === 'CommonTableExpr' && !value.ctequery?.SelectStmt) faults.push('rule 8: no data-changing CTE')
  })
  if (type === 'MergeStmt') faults.push('rule 8: no MERGE')
  if (type === 'InsertStmt') {
    const columns = (statement!.stmt.InsertStmt.cols ?? []).map((c: Node) => c.ResTarget.name)
    const into = statement!.stmt.InsertStmt.relation.relname
    if (!(into in EXEMPT) && !columns.includes('tenant_id'))
      faults.push(`rule 1: insert into ${into} without tenant_id`)
  }
  const needing = tables.filter(
    (t, i) =>
      !(t.name in EXEMPT) &&
      !(type === 'InsertStmt' && i === 0 && t.name === statement!.stmt.InsertStmt.relation.relname),
  )
  for (const { name, alias } of needing) {
    if (!bound.has(alias) && !(bound.has('') && needing.length === 1))
      faults.push(`rule 6: ${name} (${alias}) has no equality on tenant_id`)
  }
  if (type === 'UpdateStmt' || type === 'DeleteStmt') {
    for (const name of ['clock_timestamp', 'random', 'gen_random_uuid', 'date_trunc', 'timeofday', 'nextval'])
      if (functions.has(name)) faults.push(`rule 7: ${name}() in a change`)
    faults.push(...unfitFunctions(statement!.stmt))
  }
  if (type === 'InsertStmt') {
    const { selectStmt, onConflictClause } = statement!.stmt.InsertStmt
    if (onConflictClause) faults.push(...unfitFunctions(onConflictClause))
    visit(selectStmt?.SelectStmt?.valuesLists, (kind) => {
      if (kind === 'SubLink') faults.push('rule 7: a subquery inside VALUES: write insert … select')
    })
  }
  for (const name of functions) if (/^pg_(try_)?advisory/.test(name)) faults.push('rule 9: no advisory locks')
  if (/for update.*skip locked/i.test(sql) && bound.size === 0)
    faults.push('rule 11: skip locked only within one tenant')
  return [...new Set(faults)]
}

/** Faults of one statement of the application, each beginning with its rule. */
export async function statementFaults(sql: string): Promise<string[]> {
  await loadModule()
  return faultsOf(sql)
}

/** Throws with all statements that break a rule. */
export async function checkStatements(statements: readonly string[]): Promise<void> {
  await loadModule()
  const broken = statements.flatMap((sql) =>
    faultsOf(sql).map((fault) => `${fault}\n    ${sql.replace(/\s+/g, ' ').slice(0, 300)}`),
  )
  if (broken.length > 0)
    throw new Error(`${broken.length} fault(s) against the rules for a distributed engine:\n${broken.join('\n')}`)
}

/** Faults of a migration's statements: keys, constraints, and forbidden features. */
export async function migrationFaults(statements: readonly string[]): Promise<string[]> {
  await loadModule()
  const faults: string[] = []
  for (const sql of statements) {
    const parsed = (parseSync(sql) as Node).stmts as Node[]
    if (parsed.length !== 1) faults.push(`rule 5: one statement a call: ${sql.slice(0, 60)}`)
    const { stmt } = parsed[0]!
    const type = Object.keys(stmt)[0]!
    if (['CreateTrigStmt', 'CreateFunctionStmt', 'RuleStmt'].includes(type))
      faults.push(`rule 3: ${type} is not allowed`)
    if (type === 'CreateStmt') faults.push(...tableFaults(stmt.CreateStmt))
    if (type === 'IndexStmt' && stmt.IndexStmt.unique && !(stmt.IndexStmt.relation.relname in EXEMPT)) {
      const first = stmt.IndexStmt.indexParams[0].IndexElem.name
      if (first !== 'tenant_id')
        faults.push(`rule 1: unique index ${stmt.IndexStmt.idxname} does not begin with tenant_id`)
    }
  }
  return faults
}

function tableFaults(table: Node): string[] {
  const name: string = table.relation.relname
  if (name in EXEMPT) return []
  const faults: string[] = []
  const columns: Node[] = table.tableElts.filter((e: Node) => e.ColumnDef).map((e: Node) => e.ColumnDef)
  const tenant = columns.find((c) => c.colname === 'tenant_id')
  if (!tenant?.constraints?.some((c: Node) => c.Constraint.contype === 'CONSTR_NOTNULL'))
    faults.push(`rule 1: ${name} has no tenant_id not null`)
  const constraints: Node[] = table.tableElts.filter((e: Node) => e.Constraint).map((e: Node) => e.Constraint)
  const inline = columns.flatMap((c) => (c.constraints ?? []).map((k: Node) => k.Constraint.contype))
  if (inline.some((c) => ['CONSTR_PRIMARY', 'CONSTR_UNIQUE', 'CONSTR_FOREIGN'].includes(c)))
    faults.push(`rule 1: ${name} has a key of one column`)
  const first = (list: Node[] | undefined): string | undefined => list?.[0]?.String?.sval
  for (const c of constraints) {
    if (['CONSTR_PRIMARY', 'CONSTR_UNIQUE'].includes(c.contype) && first(c.keys) !== 'tenant_id')
      faults.push(`rule 1: a key of ${name} does not begin with tenant_id`)
    if (c.contype === 'CONSTR_FOREIGN') {
      if (first(c.fk_attrs) !== 'tenant_id' || first(c.pk_attrs) !== 'tenant_id')
        faults.push(`rule 1: a foreign key of ${name} does not begin with tenant_id`)
      if (c.fk_del_action === 'n') faults.push(`rule 1: ${name} has on delete set null`)
    }
    if (c.contype === 'CONSTR_EXCLUSION') {
      const [element] = c.exclusions as Node[]
      const parts = element!.List.items as Node[]
      if (parts[0]!.IndexElem.name !== 'tenant_id' || parts[1]!.List.items[0].String.sval !== '=')
        faults.push(`rule 1: the exclusion of ${name} does not begin with tenant_id =`)
    }
  }
  if (!constraints.some((c) => c.contype === 'CONSTR_PRIMARY')) faults.push(`rule 1: ${name} has no primary key`)
  return faults
}
