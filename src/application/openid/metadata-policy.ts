// PURE. Applies the policy of a superior to metadata (OpenID Federation 1.0, section 6.1).
import { AppError } from '../../kernel/errors.ts'

type Rule = {
  value?: unknown
  add?: unknown
  default?: unknown
  one_of?: unknown[]
  subset_of?: unknown[]
  superset_of?: unknown[]
  essential?: boolean
}
export type Policy = Record<string, Rule>

const list = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat())

/** The value of one parameter under its rule, in the order of operators that section 6.1.3.1 gives; throws when it breaks the rule. */
function ruled(name: string, before: unknown, rule: Rule): unknown {
  const refuse = (): never => {
    throw new AppError('provider_failed', { reason: `federation_policy_${name}`.slice(0, 60) })
  }
  let value = before
  if ('value' in rule) value = rule.value ?? undefined
  if (rule.add !== undefined) value = [...new Set([...list(value), ...list(rule.add)])]
  if (rule.default !== undefined) value ??= rule.default
  if (rule.one_of && value !== undefined && !rule.one_of.includes(value)) refuse()
  if (rule.subset_of && value !== undefined) value = list(value).filter((one) => rule.subset_of!.includes(one))
  if (rule.superset_of && value !== undefined && !rule.superset_of.every((one) => list(value).includes(one))) refuse()
  if (rule.essential === true && (value === undefined || (Array.isArray(value) && value.length === 0))) refuse()
  return value
}

/** The metadata as a superior's policy lets them stand. Throws `provider_failed` for the first parameter that breaks it. */
export function applyPolicy(metadata: Record<string, unknown>, policy: Policy): Record<string, unknown> {
  const changed = Object.entries(policy).map(([name, rule]): [string, unknown] => [
    name,
    ruled(name, metadata[name], rule),
  ])
  const merged = { ...metadata, ...Object.fromEntries(changed) }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
}
