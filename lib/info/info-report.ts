import type { Clock } from '../base/clock.js'
import { describe, reasonOf } from '../base/describe.js'
import { isError } from '../base/error-like.js'
import { errors } from '../errors.js'
import { FAILED, GuardedFunction } from '../base/guarded-function.js'
import { toJsonSafe, toJsonSafeObject } from '../base/json-safe.js'
import type { AnyObject } from '../base/any-object.js'
import type { Logger } from '../base/logger.js'
import { SingleFlight } from '../base/single-flight.js'
import type { CollectedInfo } from './collect.js'
import { shown } from './shown.js'
import { isRecord } from '../base/type-guards.js'

/**
 * Returns one section of `/info`, at each request; requests at the same time share a call.
 *
 * @see `docs/api.md#addinfo`
 */
export type InfoFunction = () => unknown

/** The sources of the parts of `/info`. */
export interface InfoSources {
  /** Returns the data that stays the same while the process runs. */
  readonly collected: () => Promise<CollectedInfo>
  /** The option `version`. Without it, the app's package.json has the version. */
  readonly version: string | (() => unknown) | undefined
  readonly more: AnyObject | InfoFunction | undefined
  readonly log: Logger
  readonly clock: Clock
}

/** The version if no source has it. */
export const UNKNOWN_VERSION = 'unknown'
const UNAVAILABLE = { error: 'unavailable' } as const

/** Names that the app cannot use: this package's own sections, and `info`, which reports a failed `info` option. */
const OWN_SECTIONS: readonly string[] = ['app', 'trace.attributes', 'git', 'build', 'info']

/** Builds the body of `/info` from the data collected at the start, the version and the app's additions. */
export class InfoReport {
  readonly #sources: InfoSources
  readonly #versionFunction: GuardedFunction
  readonly #moreFunction: GuardedFunction
  readonly #sections = new Map<string, () => Promise<unknown>>()
  // Concurrent requests share one run of the app's functions, so that clients cannot pile up calls of a slow function.
  readonly #versions = new SingleFlight(async () => await this.#newVersion())
  readonly #reports = new SingleFlight(async () => await this.#newReport())

  constructor (sources: InfoSources) {
    const { more } = sources
    this.#sources = { ...sources, more: typeof more === 'object' ? toJsonSafeObject(more) : more }
    this.#versionFunction = new GuardedFunction('version', sources.log, sources.clock)
    this.#moreFunction = new GuardedFunction('info', sources.log, sources.clock)
  }

  /** Adds a section. Throws if the app or this package already has a section with the name. */
  add (name: string, section: InfoFunction): void {
    if (OWN_SECTIONS.includes(name) || this.#sections.has(name)) {
      throw new errors.NameTaken('info section', name, 'give this section another name')
    }
    const guarded = new GuardedFunction(`info section ${name}`, this.#sources.log, this.#sources.clock)
    this.#sections.set(name, async () => {
      const content = await guarded.run(async () => assertNoError(await section()))
      return content === FAILED ? UNAVAILABLE : toJsonSafe(content) ?? null
    })
  }

  /** Collects the data that stays the same, so that the first request need not wait for it. */
  collect (): void {
    // It never rejects.
    void this.#sources.collected()
  }

  /** The app's name and version. An unknown version is left out. */
  async app (): Promise<{ readonly name: string, readonly version?: string }> {
    const { app: { name } } = await this.#sources.collected()
    const version = await this.version()
    return version === UNKNOWN_VERSION ? { name } : { name, version }
  }

  /** The app's version, or `unknown` if no source has it, or if the option `version` is a function and fails. */
  async version (): Promise<string> {
    return await this.#versions.run()
  }

  /** The app's name, as `/info` shows it. */
  async name (): Promise<string> {
    return (await this.#sources.collected()).app.name
  }

  async report (): Promise<Record<string, unknown>> {
    return await this.#reports.run()
  }

  async #newVersion (): Promise<string> {
    const { collected, version = await packageVersion(collected) } = this.#sources
    if (typeof version === 'string') return shown(version)
    const given = await this.#versionFunction.run(async () => assertVersion(await version()))
    return given === FAILED ? UNKNOWN_VERSION : shown(given)
  }

  async #newReport (): Promise<Record<string, unknown>> {
    const [version, own, more, sections] = await Promise.all([
      this.version(), this.#sources.collected(), this.#more(), this.#allSections()
    ])
    return { ...merge(withVersion(own, version), more), ...sections }
  }

  async #more (): Promise<Record<string, unknown>> {
    const { more } = this.#sources
    const given = typeof more === 'function'
      ? await this.#moreFunction.run(async () => assertObject(await more()))
      : more ?? {}
    return given === FAILED ? { info: UNAVAILABLE } : toJsonSafeObject(given)
  }

  async #allSections (): Promise<Record<string, unknown>> {
    const entries = [...this.#sections].map(async ([name, section]) => [name, await section()] as const)
    return Object.fromEntries(await Promise.all(entries))
  }
}

async function packageVersion (collected: InfoSources['collected']): Promise<string> {
  return (await collected()).app.version ?? UNKNOWN_VERSION
}

function withVersion (own: CollectedInfo, version: string): Record<string, unknown> {
  const { app, 'trace.attributes': attributes, ...others } = own
  const serviceVersion = version === UNKNOWN_VERSION ? {} : { 'service.version': version }
  return { app: { ...app, version }, 'trace.attributes': { ...serviceVersion, ...attributes }, ...others }
}

/** Puts the app's sections after our own. If both have a section of the same name, adds the app's keys to ours. */
function merge (own: Record<string, unknown>, more: Record<string, unknown>): Record<string, unknown> {
  const sections = Object.entries(own).map(([name, section]) => {
    const added = more[name]
    return [name, isRecord(section) && isRecord(added) ? { ...section, ...added } : section] as const
  })
  const others = Object.entries(more).filter(([name]) => !Object.hasOwn(own, name))
  return { ...Object.fromEntries(sections), ...Object.fromEntries(others) }
}

function assertVersion (version: unknown): string {
  if (typeof version === 'string' && version.trim() !== '') return version
  throw new TypeError(`it returned ${describe(version)}, expected a string that is not empty`)
}

/** Throws an error that a function returned. It counts as thrown, because its message may be private. */
function assertNoError (given: unknown): unknown {
  if (isError(given)) throw new TypeError(reasonOf(given))
  return given
}

function assertObject (given: unknown): Record<string, unknown> {
  const content = assertNoError(given)
  if (isRecord(content)) return content
  throw new TypeError(`it returned ${describe(given)}, expected an object`)
}
