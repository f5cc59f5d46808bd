import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

const ITERATIONS = 4_096
const KEY_LENGTH = 32

/** The server's side of one SCRAM-SHA-256 exchange: see RFC 5802 and RFC 7677. */
export class Scram {
  readonly #user: string
  readonly #password: string
  readonly #salt = randomBytes(16)
  #clientFirst = ''
  #serverFirst = ''
  isDone = false

  constructor (user: string, password: string) {
    this.#user = user
    this.#password = password
  }

  /** Answers the client's first message. */
  first (payload: string): string {
    this.#clientFirst = payload.replace(/^n,,/, '')
    const nonce = `${attribute(payload, 'r')}${randomBytes(18).toString('base64')}`
    this.#serverFirst = `r=${nonce},s=${this.#salt.toString('base64')},i=${ITERATIONS}`
    return this.#serverFirst
  }

  /** Answers the client's second message. Returns `undefined` if it does not prove the password. */
  second (payload: string): string | undefined {
    const salted = pbkdf2Sync(this.#password, this.#salt, ITERATIONS, KEY_LENGTH, 'sha256')
    const said = [this.#clientFirst, this.#serverFirst, payload.replace(/,p=.*/, '')].join(',')
    const clientKey = hmac(salted, 'Client Key')
    const signature = hmac(createHash('sha256').update(clientKey).digest(), said)
    const proof = Buffer.from(attribute(payload, 'p'), 'base64')
    this.isDone =
      attribute(this.#clientFirst, 'n') === this.#user &&
      proof.length === KEY_LENGTH &&
      timingSafeEqual(xor(clientKey, signature), proof)
    return this.isDone ? `v=${hmac(hmac(salted, 'Server Key'), said).toString('base64')}` : undefined
  }
}

function attribute (message: string, name: string): string {
  return message.split(',').find((part) => part.startsWith(`${name}=`))?.slice(2) ?? ''
}

function hmac (key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function xor (left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, at) => byte ^ (right[at] ?? 0)))
}
