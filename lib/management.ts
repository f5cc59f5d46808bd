import type { AddressInfo } from 'node:net'
import { readCheckOptions } from './options/check-options.js'
import type { CheckFunction } from './options/fastify-types.js'
import type { Health } from './health/component.js'
import type { HealthEngine } from './health/engine.js'
import { assertName } from './health/kind.js'
import type { Kind, Kinds } from './health/kind.js'
import type { CheckOptions } from './health/check/options.js'
import type { InfoFunction, InfoReport } from './info/info-report.js'
import { copyOf } from './base/json-safe.js'
import { assertFunction, delayOrNone, text } from './base/rules.js'
import { withEndpoints } from './observe/endpoints.js'
import type { ServedEndpoints } from './observe/endpoints.js'
import type { History, HistoryEntry } from './observe/history/history.js'
import type { Settings } from './options/settings.js'

/**
 * The methods of `fastify.management`.
 *
 * @see `docs/api.md`
 */
export interface Management {
  /**
   * Adds a check, before or after the app is ready; a second call with the same function adds kinds.
   *
   * @param kind the probe that the check belongs to, or an array of kinds
   * @param name a unique name of 1 to 100 letters, digits, `.`, `_` or `-`
   * @param check passes if it returns nothing, `true` or `{ status: 'UP' | 'DEGRADED' }`; otherwise it fails
   * @param options when the check runs, and how its results are reported
   * @throws FST_MANAGEMENT_KIND_UNKNOWN, FST_MANAGEMENT_NAME_INVALID, FST_MANAGEMENT_NAME_TAKEN,
   * FST_MANAGEMENT_FUNCTION_INVALID, FST_MANAGEMENT_OPTION_INVALID, FST_MANAGEMENT_STARTUP_COMPLETED
   * @example
   * fastify.management.addCheck('readiness', 'db', async () => { await pool.query('SELECT 1') })
   * @example
   * fastify.management.addCheck(['readiness', 'health'], 'cache', checkCache, { interval: 10_000 })
   * @see `docs/api.md#addcheck`
   */
  addCheck (kind: Kind | readonly Kind[], name: string, check: CheckFunction, options?: CheckOptions): void

  /**
   * Removes a check or a service dependency, and aborts its current run.
   *
   * @returns whether there was a check of this name
   * @example fastify.management.removeCheck('db') // true
   * @see `docs/api.md#removecheck`
   */
  removeCheck (name: string): boolean

  /**
   * Adds a section to `/info`, from a function that may be async and has 800 ms.
   *
   * @throws FST_MANAGEMENT_NAME_INVALID, FST_MANAGEMENT_NAME_TAKEN, FST_MANAGEMENT_FUNCTION_INVALID
   * @example fastify.management.addInfo('queue', async () => ({ waiting: await queue.count() }))
   * @see `docs/api.md#addinfo`
   */
  addInfo (name: string, section: InfoFunction): void

  /**
   * Returns the report of a kind, or of `/health` without a kind, with all details.
   *
   * @throws FST_MANAGEMENT_KIND_UNKNOWN (the promise rejects)
   * @example const { status, components } = await fastify.management.health('readiness')
   * @see `docs/api.md#health`
   */
  health (kind?: Kind): Promise<Health>

  /**
   * Returns the last status changes, newest first: 50 of each check and of the `lifecycle`, at most 500 in all.
   *
   * @param name the name of a check, or `lifecycle`; by default the changes of all
   * @throws FST_MANAGEMENT_OPTION_INVALID if the name is not a string, or empty
   * @example
   * const [latest] = fastify.management.history('db')
   * // { time: '2026-11-02T03:04:05.678Z', check: 'db', from: 'UP', to: 'DOWN', error: '…', durationMs: 800.2 }
   * @see `docs/history.md`
   */
  history (name?: string): HistoryEntry[]

  /**
   * Calls a function after each status change of a check or of the `lifecycle`, until the app closes.
   *
   * @param callback may be async; if it throws or rejects, the error is logged
   * @returns a function that ends the calls
   * @throws FST_MANAGEMENT_FUNCTION_INVALID if the callback is not a function
   * @example
   * const stop = fastify.management.onChange(async ({ check, to, error }) => {
   *   if (to === 'DOWN') await chat.send(`${check} is down: ${error}`)
   * })
   * @see `docs/history.md`
   */
  onChange (callback: (change: HistoryEntry) => unknown): () => void

  /**
   * Takes the app out of service until `putInService()`: readiness is `OUT_OF_SERVICE`, and liveness does not change.
   *
   * @param reason is logged, and visible to requests that may see details
   * @throws FST_MANAGEMENT_OPTION_INVALID if the reason is not a string, or empty
   * @example
   * fastify.management.takeOutOfService('rebuilding the cache')
   * try { await rebuildCache() } finally { fastify.management.putInService() }
   * @see `docs/api.md#takeoutofservice`
   */
  takeOutOfService (reason: string): void

  /**
   * Puts the app back in service after `takeOutOfService()`; never throws.
   *
   * @example fastify.management.putInService()
   * @see `docs/api.md#putinservice`
   */
  putInService (): void

  /**
   * Reports that only a restart helps: liveness and readiness are `DOWN` for good.
   *
   * @param reason is logged, and visible to requests that may see details
   * @throws FST_MANAGEMENT_OPTION_INVALID if the reason is not a string, or empty
   * @example worker.on('exit', () => fastify.management.markBroken('the worker thread has ended'))
   * @see `docs/api.md#markbroken`
   */
  markBroken (reason: string): void

  /**
   * Takes the app out of service for good, then waits for load balancers to notice.
   *
   * @param delay in milliseconds, from 0; by default 5,000 in Kubernetes and 0 elsewhere
   * @throws FST_MANAGEMENT_OPTION_INVALID if the delay is not a whole number from 0 (the promise rejects)
   * @example
   * await fastify.management.drain()
   * await fastify.close()
   * @see `docs/api.md#drain`
   */
  drain (delay?: number): Promise<void>

  /**
   * Returns the addresses of the endpoints, or an empty array while their server does not listen.
   *
   * @example fastify.management.addresses() // [{ address: '127.0.0.1', family: 'IPv4', port: 9000 }]
   * @see `docs/api.md#addresses`
   */
  addresses (): (AddressInfo | string)[]
}

/** The parts that `fastify.management` uses. */
export interface ManagementDependencies {
  readonly engine: HealthEngine
  readonly info: InfoReport
  readonly history: History
  readonly settings: Pick<Settings, 'drainDelay'>
  readonly endpoints: ServedEndpoints
}

/** Creates `fastify.management` for one app. */
export function createManagement (dependencies: ManagementDependencies): Management {
  const { engine, info, history, settings, endpoints } = dependencies
  return withEndpoints<Management>({
    addCheck (kind, name, check, options) {
      const kinds: readonly unknown[] = Array.isArray(kind) ? kind : [kind]
      if (options === undefined) {
        engine.add(kinds, name, check, {})
        return
      }
      const known: Kinds = engine.kinds
      known.assertKnown(kinds)
      known.assertCheckName(name)
      const path = `addCheck(${JSON.stringify(kind)}, ${JSON.stringify(name)})`
      engine.add(kinds, name, check, readCheckOptions(options, path))
    },
    removeCheck: (name) => engine.remove(name),
    addInfo (name, section) {
      assertName('info section', name)
      assertFunction('info section', name, section)
      info.add(name, section)
    },
    async health (kind = 'health') {
      const kinds: Kinds = engine.kinds
      kinds.assertKnown([kind])
      const { status, components } = await engine.report({ kind })
      // Copied, because probes read the same objects.
      return copyOf({ status, components })
    },
    history: (name) => history.entries(name === undefined ? undefined : text(name, 'name')),
    onChange (callback) {
      assertFunction('callback of', 'onChange', callback)
      return history.onChange(callback)
    },
    takeOutOfService: (reason) => engine.lifecycle.takeOutOfService(text(reason, 'reason')),
    putInService: () => engine.lifecycle.putInService(),
    markBroken: (reason) => engine.lifecycle.markBroken(text(reason, 'reason')),
    drain: async (delay = settings.drainDelay) => await engine.lifecycle.drain(delayOrNone(delay, 'delay')),
    addresses: endpoints.addresses
  }, endpoints)
}
