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
import type { Settings } from './options/settings.js'

/** The methods of `fastify.management`. */
export interface Management {
  /**
   * Adds a check, before or after the app is ready. To add kinds to an existing check, call it again with the same
   * name, the same function and no other options. The check still runs once per report. After startup has completed, a
   * check for `startup` and other kinds is added for the other kinds.
   *
   * @param kind the probe that the check belongs to: `liveness`, `readiness`, `startup`, `health` or a custom kind; or
   * an array of kinds
   * @param name a unique name of 1 to 100 letters, digits, `.`, `_` or `-`. It starts with a letter or a digit. The
   * names of kinds, `ping` and `lifecycle` are reserved.
   * @param check passes if it returns nothing, `true` or `{ status: 'UP' | 'DEGRADED' }`; otherwise it fails
   * @param options when the check runs, and how its results are reported
   * @throws FST_MANAGEMENT_KIND_UNKNOWN if a kind does not exist
   * @throws FST_MANAGEMENT_NAME_INVALID if the name is reserved or malformed
   * @throws FST_MANAGEMENT_NAME_TAKEN if another check has the name, or the same check has other options
   * @throws FST_MANAGEMENT_FUNCTION_INVALID if the check is not a function
   * @throws FST_MANAGEMENT_OPTION_INVALID if an option has a wrong value or does not exist
   * @throws FST_MANAGEMENT_STARTUP_COMPLETED if `startup` is the only kind and startup has completed
   * @example
   * fastify.management.addCheck('readiness', 'db', async () => { await pool.query('SELECT 1') })
   * @example
   * fastify.management.addCheck(['readiness', 'health'], 'cache', checkCache, { interval: 10_000 })
   */
  addCheck (kind: Kind | readonly Kind[], name: string, check: CheckFunction, options?: CheckOptions): void

  /**
   * Removes a check or a service dependency. A current run is aborted, and its result is dropped.
   *
   * @returns whether there was a check of this name
   * @example
   * fastify.management.removeCheck('db') // true
   */
  removeCheck (name: string): boolean

  /**
   * Adds a section to `/info`. The function is called for each request, but concurrent requests share a call. It has
   * 800 ms. If it fails, its section is `{"error":"unavailable"}`, and the other sections are complete.
   *
   * @throws FST_MANAGEMENT_NAME_INVALID if the name is malformed
   * @throws FST_MANAGEMENT_NAME_TAKEN if another section has the name
   * @throws FST_MANAGEMENT_FUNCTION_INVALID if the section is not a function
   * @example
   * fastify.management.addInfo('queue', async () => ({ waiting: await queue.count() }))
   */
  addInfo (name: string, section: InfoFunction): void

  /**
   * Returns the report of a kind, or the report of `/health` without a kind. It needs no HTTP request and contains all
   * details. You may change the returned object.
   *
   * @throws FST_MANAGEMENT_KIND_UNKNOWN if the kind does not exist (the promise rejects)
   * @example
   * const { status, components } = await fastify.management.health('readiness')
   */
  health (kind?: Kind): Promise<Health>

  /**
   * Takes the app out of service: readiness is `OUT_OF_SERVICE`, so that load balancers send no traffic. Liveness does
   * not change. `/health` and verbose probes show the state as the component `lifecycle`. It works like
   * `ReadinessState.REFUSING_TRAFFIC` of Spring Boot.
   *
   * If the app is out of service already, only the reason changes. If it is broken, draining or closing, the
   * call has no effect and is logged at debug level.
   *
   * @param reason is logged, and visible to requests that may see details
   * @throws FST_MANAGEMENT_OPTION_INVALID if the reason is not a string, or empty
   * @example
   * fastify.management.takeOutOfService('rebuilding the cache')
   * try { await rebuildCache() } finally { fastify.management.putInService() }
   */
  takeOutOfService (reason: string): void

  /**
   * Puts the app back in service after `takeOutOfService()`. It never throws. If the app is broken, draining or
   * closing, the call has no effect and is logged at debug level.
   *
   * @example
   * fastify.management.putInService()
   */
  putInService (): void

  /**
   * Reports that only a restart helps: liveness and readiness are `DOWN` for good, so that the orchestrator restarts
   * the app. It works like `LivenessState.BROKEN` of Spring Boot. The first reason is kept.
   *
   * @param reason is logged, and visible to requests that may see details
   * @throws FST_MANAGEMENT_OPTION_INVALID if the reason is not a string, or empty
   * @example
   * worker.on('exit', () => fastify.management.markBroken('the worker thread has ended'))
   */
  markBroken (reason: string): void

  /**
   * Takes the app out of service for good, then waits for load balancers to notice. Kubernetes still sends requests to
   * a pod for some time after it has told the pod to end. Liveness and the app's own routes do not change.
   *
   * @param delay how long to wait, in milliseconds, from 0; by default 5,000 in Kubernetes and 0 elsewhere. The wait
   * ends early if the app closes.
   * @throws FST_MANAGEMENT_OPTION_INVALID if the delay is not a whole number from 0 (the promise rejects)
   * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow
   * @example
   * await fastify.management.drain()
   * await fastify.close()
   */
  drain (delay?: number): Promise<void>

  /**
   * Returns the addresses of the endpoints: the addresses of the separate server if the option `listen` is set,
   * otherwise the app's addresses. The array is empty before the server listens and after it has closed. The address of
   * a Unix socket is its path.
   *
   * @example
   * fastify.management.addresses() // [{ address: '127.0.0.1', family: 'IPv4', port: 9000 }]
   */
  addresses (): (AddressInfo | string)[]
}

/** The parts that `fastify.management` uses. */
export interface ManagementDependencies {
  readonly engine: HealthEngine
  readonly info: InfoReport
  readonly settings: Pick<Settings, 'drainDelay'>
  readonly addresses: Management['addresses']
}

/** Creates `fastify.management` for one app. */
export function createManagement (dependencies: ManagementDependencies): Management {
  const { engine, info, settings, addresses } = dependencies
  return {
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
    takeOutOfService: (reason) => engine.lifecycle.takeOutOfService(text(reason, 'reason')),
    putInService: () => engine.lifecycle.putInService(),
    markBroken: (reason) => engine.lifecycle.markBroken(text(reason, 'reason')),
    drain: async (delay = settings.drainDelay) => await engine.lifecycle.drain(delayOrNone(delay, 'delay')),
    addresses
  }
}
