import { types } from 'node:util'
import { isRecord } from './type-guards.js'
import { attemptOr } from './attempt-or.js'
import { describe } from './describe.js'
import { isError } from './error-like.js'
import type { ErrorLike } from './error-like.js'
import { REDACTED } from './redact.js'
import { secrecyOf } from './secret-name.js'
import { redactAndTruncate } from './truncate.js'

// Limits of a copy: they keep answers small for any value that a check returns.
const MAX_DEPTH = 6
const MAX_ENTRIES = 100
const MAX_TEXT_LENGTH = 2_000

/** The limits of a copy for all of its values together. */
export interface CopyLimits {
  /** The number of values. */
  readonly values: number
  /** The lengths of all texts together, in characters. */
  readonly textLength: number
}

const DEFAULT_LIMITS: CopyLimits = { values: 1_000, textLength: 64 * 1024 }

const UNREADABLE = '[unreadable]'

/** Under a secret name, a key that is more than a few words may be a secret too, for example an id of a session. */
const HARMLESS_KEY = /^[a-z]{1,12}(?:[A-Z][a-z]{0,11}){0,3}$/

/**
 * Copies any value into plain JSON data that `JSON.stringify()` always accepts. Cycles, BigInt, errors, dates, buffers
 * and throwing getters become text, and huge values are truncated. Secrets are redacted. Never throws.
 */
export function toJsonSafe (value: unknown): unknown {
  return new JsonSafeCopy().of(value)
}

/** Does the same as `toJsonSafe()`, but always returns an object: it puts any other value under the key `value`. */
export function toJsonSafeObject (value: unknown): Record<string, unknown> {
  return new JsonSafeCopy().ofObject(value)
}

/**
 * Copies data that is JSON-safe already. The objects of a `structuredClone()` may be of another realm, for example in
 * Jest, whose `toStrictEqual()` does not accept them.
 */
export function copyOf<T> (data: T): T {
  return JSON.parse(JSON.stringify(data)) as T
}

/** Copies several values, and applies the limits to all of them together. */
export class JsonSafeCopy {
  readonly #limits: CopyLimits
  readonly #ancestors: object[] = []
  #values = 0
  #textLength = 0
  /** True under a secret name: texts are redacted. */
  #hidesTexts = false

  constructor (limits: CopyLimits = DEFAULT_LIMITS) {
    this.#limits = limits
  }

  of (value: unknown): unknown {
    this.#values += 1
    if (typeof value === 'string') return this.#hidesTexts ? REDACTED : this.#string(value)
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
    if (typeof value === 'bigint') return this.#string(String(value))
    if (typeof value === 'object' && value !== null) return this.#object(value)
    return typeof value === 'boolean' || value === null ? value : undefined
  }

  ofObject (value: unknown): Record<string, unknown> {
    const plain = this.of(value)
    return isRecord(plain) ? plain : { value: plain }
  }

  #string (value: string): string {
    const room = this.#limits.textLength - this.#textLength
    if (room <= 0) return '…'
    const text = redactAndTruncate(value, Math.min(MAX_TEXT_LENGTH, room))
    this.#textLength += text.length
    return text
  }

  #object (value: object): unknown {
    if (this.#ancestors.includes(value)) return '[circular]'
    if (this.#ancestors.length >= MAX_DEPTH || this.#values > this.#limits.values) return `[${describe(value)}]`
    this.#ancestors.push(value)
    const copy = attemptOr(() => this.#contentOf(value), UNREADABLE)
    this.#ancestors.pop()
    return copy
  }

  #contentOf (value: object): unknown {
    if (isError(value)) return this.#error(value)
    if (types.isMap(value)) {
      return this.#entries([...value].map(([key, entry]) => [String(key), (): unknown => entry]))
    }
    if (types.isSet(value)) return this.#array([...value])
    if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    if (Array.isArray(value)) return this.#array(value)
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.of(Reflect.apply(value.toJSON, value, []))
    return this.#entries(Object.keys(value).map((key) => [key, (): unknown => Reflect.get(value, key)]))
  }

  #error (error: ErrorLike): unknown {
    const keys = ['name', 'message', 'code', 'cause', 'errors'].filter((key) => Reflect.get(error, key) !== undefined)
    return this.#entries(keys.map((key) => [key, (): unknown => Reflect.get(error, key)]))
  }

  #array (values: readonly unknown[]): unknown[] {
    const copies = Array.from(values.slice(0, MAX_ENTRIES), (value) => this.of(value) ?? null)
    return values.length > MAX_ENTRIES ? [...copies, `… ${values.length - MAX_ENTRIES} more`] : copies
  }

  #entries (entries: readonly (readonly [string, () => unknown])[]): unknown {
    if (this.#hidesTexts && !entries.every(([key]) => HARMLESS_KEY.test(key))) return REDACTED
    const copies = entries.slice(0, MAX_ENTRIES).map(([key, read]) =>
      [this.#string(key), this.#entry(key, read)] as const)
    if (entries.length > MAX_ENTRIES) copies.push(['…', `${entries.length - MAX_ENTRIES} more`])
    return Object.fromEntries(copies.filter(([, value]) => value !== undefined))
  }

  #entry (key: string, read: () => unknown): unknown {
    const secrecy = secrecyOf(key)
    const hidesTexts = this.#hidesTexts
    this.#hidesTexts ||= secrecy === 'texts'
    const value = attemptOr(() => this.of(read()), UNREADABLE)
    this.#hidesTexts = hidesTexts
    return secrecy === 'all' && value !== undefined ? REDACTED : value
  }
}
