// Addresses of styles and scripts for pages of citizens: the public files, and the theme of the tenant.
import { createHash } from 'node:crypto'
import type { Assets } from './layout.ts'
import type { Site } from './site.ts'
import { themeCss } from '../domain/tenant/theme.ts'
import { assetsBase } from '../platform/public-files.ts'

const themes = new WeakMap<object, string>()

function themeOf(site: Site): string {
  let address = themes.get(site.config)
  if (address === undefined) {
    const hash = createHash('sha256').update(themeCss(site.settings.theme)).digest('base64url').slice(0, 12)
    themes.set(site.config, (address = `${site.base}/theme.css?v=${hash}`))
  }
  return address
}

export const assetsOf = (): Assets => ({ base: assetsBase(), themeOf })
