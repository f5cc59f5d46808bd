import { types } from 'node:util'
import { isRecord } from './type-guards.js'
import { attemptOr } from './attempt-or.js'
import { bigIntText } from './big-int.js'
import { describe } from './describe.js'
import { isError } from './error-like.js'
import type { ErrorLike } from './error-like.js'
import { firstKeys } from './first-keys.js'
import { isPolluting } from './prototype-keys.js'
import { REDACTED } from './redact.js'
import { secrecyOf } from './secret-name.js'
import { redactAndTruncate } from './truncate.js'

// Limits of a copy: they keep answers small and copies fast for any value that a check returns.
const MAX_DEPTH = 6
const MAX_ENTRIES = 100
const MAX_TEXT_LENGTH = 2_000

/** The limits of a copy for all of its values together. Values and characters count when they are read. */
export interface CopyLimits {
  /** The number of values and keys that are read, even if the copy does not contain them. */
  readonly values: number
  /** The number of characters that are read, even if the copy does not contain them. */
  readonly characters: number
}

const DEFAULT_LIMITS: CopyLimits = { values: 1_000, characters: 64 * 1024 }

/** The most characters that are read of one text. */
const MOST_READ = 16_000

const UNREADABLE = '[unreadable]'

/** A longer key is no name. Its value counts as a secret, unless it is a number or a boolean. */
const LONGEST_NAME = 200

/** Under a secret name, a key that is more than a few words may be a secret too, for example an id of a session. */
const HARMLESS_KEY = /^[a-z]{1,12}(?:[A-Z][a-z]{0,11}){0,3}$/

/**
 * Copies any value into plain JSON data that `JSON.stringify()` always accepts. Cycles, BigInt, errors, dates, buffers
 * and throwing getters become text. Secrets are redacted. Keys that can change prototypes are dropped. Never throws.
 *
 * Stops reading at limits, so that a huge value does not block the event loop. Only listing the keys of an object with
 * very many keys takes long (see `firstKeys()`); it happens at most once, because all of these keys count.
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

/** An entry of an object: its key, and a function that reads its value. */
type Entry = readonly [key: string, read: () => unknown]

/** Copies several values, and applies the limits to all of them together. */
export class JsonSafeCopy {
  readonly #limits: CopyLimits
  readonly #ancestors: object[] = []
  #values = 0
  #characters = 0
  /** True under a secret name: texts are redacted. */
  #hidesTexts = false

  constructor (limits: CopyLimits = DEFAULT_LIMITS) {
    this.#limits = limits
  }

  of (value: unknown): unknown {
    this.#values += 1
    if (typeof value === 'string') return this.#hidesTexts ? REDACTED : this.#string(value)
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
    if (typeof value === 'bigint') return this.#string(bigIntText(value))
    if (typeof value === 'object' && value !== null) return this.#object(value)
    return typeof value === 'boolean' || value === null ? value : undefined
  }

  ofObject (value: unknown): Record<string, unknown> {
    const plain = this.of(value)
    return isRecord(plain) ? plain : { value: plain }
  }

  #string (value: string): string {
    if (this.#characters >= this.#limits.characters) return '…'
    this.#characters += Math.min(value.length, MOST_READ)
    return redactAndTruncate(value, MAX_TEXT_LENGTH, MOST_READ)
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
    if (types.isBoxedPrimitive(value)) return this.of(unboxed(value))
    if (isError(value)) return this.#error(value)
    if (types.isMap(value)) return this.#map(value)
    if (types.isSet(value)) return this.#array(first(Set.prototype.values.call(value)), value.size)
    if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    if (Array.isArray(value)) return this.#list(value)
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.of(Reflect.apply(value.toJSON, value, []))
    return this.#record(value)
  }

  #error (error: ErrorLike): unknown {
    const keys = ['name', 'message', 'code', 'cause', 'errors'].filter((key) => Reflect.get(error, key) !== undefined)
    return this.#entries(keys.map((key) => [key, (): unknown => Reflect.get(error, key)]), keys.length)
  }

  #record (value: object): unknown {
    const { keys, total } = firstKeys(value, MAX_ENTRIES)
    this.#values += total - keys.length
    return this.#entries(keys.map((key) => [key, (): unknown => Reflect.get(value, key)]), total)
  }

  #map (map: ReadonlyMap<unknown, unknown>): unknown {
    const entries = first(Map.prototype.entries.call(map))
    return this.#entries(entries.map(([key, value]) => [this.#keyText(key), (): unknown => value]), map.size)
  }

  #list (list: readonly unknown[]): unknown[] {
    const { length } = list
    return this.#array(Array.from({ length: Math.min(length, MAX_ENTRIES) }, (_, at): unknown => list[at]), length)
  }

  #array (values: readonly unknown[], total: number): unknown[] {
    const copies = values.map((value) => this.of(value) ?? null)
    return total > MAX_ENTRIES ? [...copies, `… ${total - MAX_ENTRIES} more`] : copies
  }

  #entries (entries: readonly Entry[], total: number): unknown {
    if (this.#hidesTexts && !entries.every(([key]) => HARMLESS_KEY.test(key))) return REDACTED
    const copies = entries.map(([key, read]) => [this.#string(key), this.#entry(key, read)] as const)
    if (total > MAX_ENTRIES) copies.push(['…', `${total - MAX_ENTRIES} more`])
    return Object.fromEntries(copies.filter(([key, value]) => value !== undefined && !isPolluting(key, value)))
  }

  #entry (key: string, read: () => unknown): unknown {
    const secrecy = key.length > LONGEST_NAME ? 'texts' : secrecyOf(key)
    const hidesTexts = this.#hidesTexts
    this.#hidesTexts ||= secrecy === 'texts'
    const value = attemptOr(() => this.of(read()), UNREADABLE)
    this.#hidesTexts = hidesTexts
    return secrecy === 'all' && value !== undefined ? REDACTED : value
  }

  /** An object as the key of a map may be huge, and may throw when it is converted to text. */
  #keyText (key: unknown): string {
    if (typeof key === 'symbol' || typeof key === 'number') return String(key)
    const copy = this.of(key)
    return typeof copy === 'string' ? copy : describe(key)
  }
}

/** Takes the first entries of an iterator, and leaves the others unread. */
function first<T> (iterator: Iterable<T>): T[] {
  const taken: T[] = []
  for (const entry of iterator) {
    taken.push(entry)
    if (taken.length === MAX_ENTRIES) break
  }
  return taken
}

/** Returns the primitive in a `new String()` or another such object, whose keys would be its characters. */
function unboxed (value: object): unknown {
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value)
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value)
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value)
  return types.isBigIntObject(value) ? BigInt.prototype.valueOf.call(value) : undefined
}
