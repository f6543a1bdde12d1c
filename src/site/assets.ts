// The URL of the files in public/: one folder name for all, derived from their contents, so that browsers may cache them for
// ever and never mix two versions.
import { createHash } from 'node:crypto'
import type { Assets } from './layout.ts'
import type { Site } from './site.ts'
import { themeCss } from '../domain/tenant/theme.ts'
import { assetsBase } from '../platform/assets.ts'

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
