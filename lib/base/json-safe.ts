import { isRecord } from './type-guards.js'
import { attemptOr } from './attempt-or.js'
import { describe } from './describe.js'
import { isSecretName, REDACTED } from './redact.js'
import { redactAndTruncate } from './truncate.js'

/** How much of a value is shown. What a probe answers stays small whatever a check hands over. */
const DEEPEST = 6
const MOST_ENTRIES = 100
const MOST_VALUES = 1_000
const LONGEST_TEXT = 2_000
const MOST_TEXT = 64 * 1024

const UNREADABLE = '[unreadable]'

/**
 * Copies any value into plain JSON data that `JSON.stringify` can neither choke on nor blow up on: cycles, BigInt,
 * errors, dates, buffers, throwing getters and huge values are all written in words. Secrets are redacted. Never throws.
 */
export function toJsonSafe (value: unknown): unknown {
  return new JsonSafeCopy().of(value)
}

/** As `toPlain`, for what should be an object; anything else stands under `value`. */
export function toJsonSafeObject (value: unknown): Record<string, unknown> {
  return new JsonSafeCopy().ofObject(value)
}

/** One copy of several values, that together stay within the bounds. */
export class JsonSafeCopy {
  readonly #ancestors: object[] = []
  #values = 0
  #text = 0

  of (value: unknown): unknown {
    this.#values += 1
    if (typeof value === 'string') return this.#string(value)
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
    const room = MOST_TEXT - this.#text
    if (room <= 0) return '…'
    const shown = redactAndTruncate(value, Math.min(LONGEST_TEXT, room))
    this.#text += shown.length
    return shown
  }

  #object (value: object): unknown {
    if (this.#ancestors.includes(value)) return '[circular]'
    if (this.#ancestors.length >= DEEPEST || this.#values > MOST_VALUES) return `[${describe(value)}]`
    this.#ancestors.push(value)
    const copy = attemptOr(() => this.#unwrap(value), UNREADABLE)
    this.#ancestors.pop()
    return copy
  }

  #unwrap (value: object): unknown {
    if (value instanceof Error) return this.#error(value)
    if (value instanceof Map) return this.#entries([...value].map(([key, entry]) => [String(key), (): unknown => entry]))
    if (value instanceof Set) return this.#array([...value])
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    if (Array.isArray(value)) return this.#array(value)
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.of(Reflect.apply(value.toJSON, value, []))
    return this.#entries(Object.keys(value).map((key) => [key, (): unknown => Reflect.get(value, key)]))
  }

  #error (error: Error): unknown {
    const keys = ['name', 'message', 'code', 'cause'].filter((key) => Reflect.get(error, key) !== undefined)
    return this.#entries(keys.map((key) => [key, (): unknown => Reflect.get(error, key)]))
  }

  #array (values: readonly unknown[]): unknown[] {
    const shown = Array.from(values.slice(0, MOST_ENTRIES), (value) => this.of(value) ?? null)
    return values.length > MOST_ENTRIES ? [...shown, `… ${values.length - MOST_ENTRIES} more`] : shown
  }

  #entries (entries: readonly (readonly [string, () => unknown])[]): Record<string, unknown> {
    const shown = entries.slice(0, MOST_ENTRIES).map(([key, read]) => [this.#string(key), this.#entry(key, read)] as const)
    if (entries.length > MOST_ENTRIES) shown.push(['…', `${entries.length - MOST_ENTRIES} more`])
    return Object.fromEntries(shown.filter(([, value]) => value !== undefined))
  }

  #entry (key: string, read: () => unknown): unknown {
    const value = attemptOr(() => this.of(read()), UNREADABLE)
    return isSecretName(key) && value !== undefined ? REDACTED : value
  }
}
