// Enhances pages that also work without scripts: no full reloads, a countdown, fields checked when they are left.
import { startNavigation } from './navigation.js'
import { startCaptcha } from './captcha.js'
import { startClock } from './clock.js'
import { startChecks } from './checks.js'
import { startFrame, tellFrame } from './frame.js'
import { startHere } from './here.js'
import { startLine } from './line.js'
import { startTimes } from './times.js'

/** Initialises the present content of the page; called again after every swap. */
function enliven() {
  startClock()
  startChecks()
  startCaptcha()
  startTimes()
  startHere()
  startLine()
  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => window.print())
  }
  // Only on sign-in pages.
  if (document.querySelector('form[data-passkey]')) void import('./passkey.js').then((m) => m.startPasskeys())
  tellFrame()
}

startFrame()
startNavigation(enliven)
enliven()
