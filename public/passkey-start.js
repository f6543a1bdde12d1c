import { startPasskeys } from './passkey.js'

startPasskeys()
