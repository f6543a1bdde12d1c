// Computes a form's proof of work in a worker: Argon2id in WebAssembly, guess by guess.
import { solveChallenge } from './altcha/pow.js'
import './argon2/argon2.umd.min.js'

const deriveKey = async ({ cost, memoryCost, keyLength }, salt, password) => ({
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
  postMessage(await solveChallenge({ challenge, deriveKey, timeout: 180_000 }))
}
