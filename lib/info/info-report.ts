import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../base/clock.js'
import { describe } from '../base/describe.js'
import { errors } from '../errors.js'
import { FAILED, GuardedFunction } from '../base/guarded-function.js'
import { toJsonSafe, toJsonSafeObject } from '../base/json-safe.js'
import type { CollectedInfo } from './collect.js'
import { isRecord } from '../base/type-guards.js'

/** Gives one section of `/info`, at each request. */
export type InfoFunction = () => unknown

/** Where the parts of `/info` come from. */
export interface InfoSources {
  readonly collected: CollectedInfo
  readonly version: string | (() => unknown)
  readonly more: Readonly<Record<string, unknown>> | InfoFunction | undefined
  readonly log: FastifyBaseLogger
  readonly clock: Clock
}

const UNKNOWN_VERSION = 'unknown'
const UNAVAILABLE = { error: 'unavailable' } as const

/** The sections of `/info` that this package fills itself, and the one that says that the option `info` fails. */
const OWN_SECTIONS: readonly string[] = ['app', 'trace.attributes', 'git', 'build', 'info']

/** Puts `/info` together: what was collected at the start, the version, and what the app adds. */
export class InfoReport {
  readonly #sources: InfoSources
  readonly #versionGuard: GuardedFunction
  readonly #moreGuard: GuardedFunction
  readonly #sections = new Map<string, () => Promise<unknown>>()

  constructor (sources: InfoSources) {
    const { more } = sources
    this.#sources = { ...sources, more: typeof more === 'object' ? toJsonSafeObject(more) : more }
    this.#versionGuard = new GuardedFunction('version', sources.log, sources.clock)
    this.#moreGuard = new GuardedFunction('info', sources.log, sources.clock)
  }

  /** Adds a section. Throws when its name is taken, by another or by a section of the endpoint's own. */
  add (name: string, section: InfoFunction): void {
    if (OWN_SECTIONS.includes(name) || this.#sections.has(name)) throw new errors.NameTaken('info section', name, 'give this section another name')
    const guard = new GuardedFunction(`info section ${name}`, this.#sources.log, this.#sources.clock)
    this.#sections.set(name, async () => {
      const content = await guard.run(async () => assertNoError(await section()))
      return content === FAILED ? UNAVAILABLE : toJsonSafe(content) ?? null
    })
  }

  /** The app's version, or `unknown` where the function that gives it fails. */
  async version (): Promise<string> {
    const { version } = this.#sources
    if (typeof version === 'string') return version
    const given = await this.#versionGuard.run(async () => assertVersion(await version()))
    return given === FAILED ? UNKNOWN_VERSION : given
  }

  async report (): Promise<Record<string, unknown>> {
    const [version, more, sections] = await Promise.all([this.version(), this.#more(), this.#allSections()])
    return { ...merge(this.#own(version), more), ...sections }
  }

  #own (version: string): Record<string, unknown> {
    const { app, 'trace.attributes': attributes, ...others } = this.#sources.collected
    const serviceVersion = version === UNKNOWN_VERSION ? {} : { 'service.version': version }
    return { app: { ...app, version }, 'trace.attributes': { ...serviceVersion, ...attributes }, ...others }
  }

  async #more (): Promise<Record<string, unknown>> {
    const { more } = this.#sources
    const given = typeof more === 'function' ? await this.#moreGuard.run(async () => assertObject(await more())) : more ?? {}
    return given === FAILED ? { info: UNAVAILABLE } : toJsonSafeObject(given)
  }

  async #allSections (): Promise<Record<string, unknown>> {
    return Object.fromEntries(await Promise.all([...this.#sections].map(async ([name, section]) => [name, await section()] as const)))
  }
}

/** What the app adds comes behind what the endpoint fills itself; where both have a section, the app's keys go into it. */
function merge (own: Record<string, unknown>, more: Record<string, unknown>): Record<string, unknown> {
  const sections = Object.entries(own).map(([name, section]) => {
    const added = more[name]
    return [name, isRecord(section) && isRecord(added) ? { ...section, ...added } : section] as const
  })
  return { ...Object.fromEntries(sections), ...Object.fromEntries(Object.entries(more).filter(([name]) => !Object.hasOwn(own, name))) }
}

function assertVersion (version: unknown): string {
  if (typeof version === 'string' && version.trim() !== '') return version
  throw new TypeError(`it gave ${describe(version)}, expected a string that is not empty`)
}

/** An error that is returned is a failure like one that is thrown: its message is not for everybody. */
function assertNoError (given: unknown): unknown {
  if (given instanceof Error) throw given
  return given
}

function assertObject (given: unknown): Record<string, unknown> {
  const content = assertNoError(given)
  if (isRecord(content)) return content
  throw new TypeError(`it gave ${describe(given)}, expected an object`)
}
