// Computes a form's proof of work in a worker: Argon2id in WebAssembly or the browser's SHA-256, guess by guess.
import { solveChallenge } from './altcha/pow.js'
import './argon2/argon2.umd.min.js'

const hash = async (_parameters, salt, password) => {
  const data = new Uint8Array(salt.length + password.length)
  data.set(salt)
  data.set(password, salt.length)
  return { derivedKey: new Uint8Array(await crypto.subtle.digest('SHA-256', data)) }
}

const argon2 = async ({ cost, memoryCost, keyLength }, salt, password) => ({
  derivedKey: await globalThis.hashwasm.argon2id({
    password,
    salt,
    iterations: cost,
    memorySize: memoryCost,
    parallelism: 1,
    hashLength: keyLength,
    outputType: 'binary',
  }),
})

globalThis.onmessage = async ({ data: challenge }) => {
  const deriveKey = challenge.parameters.algorithm === 'SHA-256' ? hash : argon2
  // Without an answer the form would wait for ever; null = this browser cannot.
  postMessage(await solveChallenge({ challenge, deriveKey, timeout: 180_000 }).catch(() => null))
}
