// Sends queued messages every few seconds.
import { startLoop, type Loop } from '../background.ts'
import type { Deps } from '../deps.ts'
import { deliverDue } from './delivery.actions.ts'

const EVERY = 3_000

export const startDelivery = (deps: Deps, onError: (error: unknown) => void): Loop =>
  startLoop(EVERY, (stopped) => deliverDue(deps, stopped), onError)
