// PURE. Form elements: fields with label, hint and fault, the fault summary, radio groups.
import { html, trusted, type Html } from '../platform/html/html.ts'
import type { PageWords } from '../locales/pages.en.ts'

/** Messages of faults, by field name. */
export type Faults = ReadonlyMap<string, string>
export const NO_FAULTS: Faults = new Map()

type Field = {
  name: string
  /** Set if several forms of a page have a field of this name; default: the name. */
  id?: string | undefined
  label: string
  value: string
  hint?: string | undefined
  required?: boolean | undefined
  /** HTML input type, or `textarea`. */
  type?: string
  autocomplete?: string
  maxLength?: number | undefined
  minimum?: number | undefined
  maximum?: number | undefined
  inputMode?: string
}

const describedBy = (name: string, hint: unknown, fault: unknown): Html => {
  const ids = [hint !== undefined && `${name}-hint`, fault !== undefined && `${name}-fault`].filter(Boolean)
  return html`${ids.length > 0 && html`aria-describedby="${ids.join(' ')}"`}`
}

const mark = (required: boolean | undefined): Html =>
  html`${required && html`<span class="star" aria-hidden="true"> *</span>`}`

const hintAndFault = (name: string, hint: string | undefined, fault: string | undefined): Html =>
  html`${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
  ${fault !== undefined && html`<p class="fault" id="${name}-fault">${fault}</p>`}`

/** One input or text area. */
export function field(f: Field, faults: Faults): Html {
  const fault = faults.get(f.name)
  const id = f.id ?? f.name
  const common = html`id="${id}" name="${f.name}" ${f.required && html`required`}
  ${f.maxLength !== undefined && html`maxlength="${f.maxLength}"`}
  ${f.minimum !== undefined && html`min="${f.minimum}"`} ${f.maximum !== undefined && html`max="${f.maximum}"`}
  ${f.autocomplete !== undefined && html`autocomplete="${f.autocomplete}"`}
  ${f.inputMode !== undefined && html`inputmode="${f.inputMode}"`} ${fault !== undefined && html`aria-invalid="true"`}
  ${describedBy(id, f.hint, fault)}`
  return html`<div class="field">
    <label for="${id}">${f.label}${mark(f.required)}</label>
    ${hintAndFault(id, f.hint, fault)}
    ${
      f.type === 'textarea'
        ? trusted(`<textarea ${String(common)} rows="4">\n${String(html`${f.value}`)}</textarea>`)
        : html`<input
            ${common}
            type="${f.type ?? 'text'}"
            value="${f.value}"
            ${f.type === 'number' && html`step="any"`}
          />`
    }
  </div>`
}

/** A password field: the present one, which browsers fill in, or a new one. The value is never sent back to the page. */
export const passwordField = (
  f: { name: string; label: string; hint?: string; use: 'present' | 'new' },
  faults: Faults,
): Html =>
  field(
    {
      ...{ name: f.name, label: f.label, hint: f.hint, value: '', type: 'password', required: true, maxLength: 200 },
      autocomplete: f.use === 'new' ? 'new-password' : 'current-password',
    },
    faults,
  )

export type Option = { value: string; label: Html | string; detail?: Html | undefined }

/** A group of radio buttons, or of checkboxes if several may be chosen. */
export function choices(
  group: {
    name: string
    legend: string
    options: readonly Option[]
    chosen: readonly string[]
    required?: boolean | undefined
    several?: boolean
    hint?: string | undefined
  },
  faults: Faults,
): Html {
  const { name, legend, options, chosen, required, several } = group
  const fault = faults.get(name)
  // Each button refers to the fault: a group of checkboxes cannot be marked invalid itself.
  const described = (i: number, detail: unknown): Html => {
    const ids = [
      detail !== undefined && `${name}-${i}-detail`,
      group.hint !== undefined && `${name}-hint`,
      fault !== undefined && `${name}-fault`,
    ].filter(Boolean)
    return html`${ids.length > 0 && html`aria-describedby="${ids.join(' ')}"`}`
  }
  return html`<fieldset class="choices${fault === undefined ? '' : ' wrong'}" id="${name}">
    <legend>${legend}${mark(required)}</legend>
    ${hintAndFault(name, group.hint, fault)}
    ${options.map(
      (option, i) =>
        html`<div class="option">
          <input
            type="${several ? 'checkbox' : 'radio'}"
            id="${name}-${i}"
            name="${name}"
            value="${option.value}"
            ${chosen.includes(option.value) && html`checked`}
            ${required && (!several || options.length === 1) && html`required`}
            ${fault !== undefined && html`aria-invalid="true"`}
            ${described(i, option.detail)}
          />
          <div>
            <label for="${name}-${i}">${option.label}</label>
            ${option.detail && html`<div id="${name}-${i}-detail">${option.detail}</div>`}
          </div>
        </div>`,
    )}
  </fieldset>`
}

/** `group`: the heading under which the option stands in the list. */
type SelectOption = { value: string; label: string; group?: string }

export function select(
  s: {
    name: string
    /** Set if several forms of a page have a field of this name; default: the name. */
    id?: string | undefined
    label: string
    options: readonly SelectOption[]
    value: string
    required?: boolean | undefined
    hint?: string | undefined
  },
  faults: Faults,
): Html {
  const fault = faults.get(s.name)
  const id = s.id ?? s.name
  return html`<div class="field">
    <label for="${id}">${s.label}${mark(s.required)}</label>
    ${hintAndFault(id, s.hint, fault)}
    <select
      id="${id}"
      name="${s.name}"
      ${s.required && html`required`}
      ${fault !== undefined && html`aria-invalid="true"`}
      ${describedBy(id, s.hint, fault)}
    >
      ${[...Map.groupBy(s.options, ({ group }) => group)].map(([group, list]) => {
        const options = list.map(
          (o) => html`<option value="${o.value}" ${o.value === s.value && html`selected`}>${o.label}</option>`,
        )
        return group === undefined ? html`${options}` : html`<optgroup label="${group}">${options}</optgroup>`
      })}
    </select>
  </div>`
}

/** All faults, each with a link to its field; screen readers announce it at once. */
export function faultSummary(w: PageWords, faults: Faults): Html {
  if (faults.size === 0) return html``
  return html`<div class="summary-faults" role="alert" tabindex="-1" id="faults">
    <h2>${w.faultsTitle}</h2>
    <ul>
      ${[...faults].map(([name, text]) => html`<li><a href="#${name}">${text}</a></li>`)}
    </ul>
  </div>`
}

/** Where the page says how the browser's check goes on; public/captcha.js fills it. */
export const captchaNote = (w: PageWords): Html =>
  html`<p
    class="hint captcha"
    data-working="${w.captchaWorking}"
    data-waiting="${w.captchaWaiting}"
    data-done="${w.captchaDone}"
  ></p>`

export const hidden = (name: string, value: string): Html =>
  html`<input type="hidden" name="${name}" value="${value}" />`

const ROLES = { note: 'note', warning: 'alert', success: 'status' }
/** A message box: `note` informs, `warning` warns, `success` confirms. */
export const messageBox = (kind: 'note' | 'warning' | 'success', title: string, body: Html | string): Html =>
  html`<div class="notice ${kind}" role="${ROLES[kind]}">
    <h2>${title}</h2>
    ${typeof body === 'string' ? html`<p>${body}</p>` : body}
  </div>`
