// Comfort for pages that work without it: no full reloads, a running clock, fields checked as they are left.
import { startNavigation } from './navigation.js'
import { startCaptcha } from './captcha.js'
import { startClock } from './clock.js'
import { startChecks } from './checks.js'
import { startFrame, tellFrame } from './frame.js'
import { startTimes } from './times.js'

/** Brings the present content of the page to life; called again after every swap. */
function enliven() {
  startClock()
  startChecks()
  startCaptcha()
  startTimes()
  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => window.print())
  }
  // Only where people sign in.
  if (document.querySelector('form[data-passkey]')) void import('./passkey.js').then((m) => m.startPasskeys())
  tellFrame()
}

startFrame()
startNavigation(enliven)
enliven()
