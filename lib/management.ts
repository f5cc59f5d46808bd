import type { AddressInfo } from 'node:net'
import { readCheckOptions } from './options/check-options.js'
import type { CheckFunction } from './health/check/attempt.js'
import type { Health } from './health/component.js'
import type { HealthEngine } from './health/engine.js'
import { assertName } from './health/kind.js'
import type { Kind, Kinds } from './health/kind.js'
import type { CheckOptions } from './health/check/policy.js'
import type { InfoFunction, InfoReport } from './info/info-report.js'
import { assertFunction, delayOrNone, text } from './base/rules.js'
import type { Settings } from './options/settings.js'

/** What `fastify.management` is. */
export interface Management {
  /**
   * Adds a check, before or after the app is ready. The same function under the same name again, with no other options, adds
   * the kind to the check, which still runs once per report.
   *
   * @param kind which probe it answers for: `liveness`, `readiness`, `startup`, `health` or a custom kind, or several
   * @param name unique in the instance: 1 to 100 letters, digits, `.`, `_`, `-`, starting with a letter or digit; no kind's
   * name, `ping` or `lifecycle`
   * @param check passes by returning nothing, `true` or `{ status: 'UP' | 'DEGRADED' }`, and fails in any other way
   * @param options how it is run and shown: see `CheckOptions`
   * @throws FST_MANAGEMENT_KIND_UNKNOWN, _NAME_INVALID, _NAME_TAKEN, _FUNCTION_INVALID, _OPTION_INVALID, _STARTUP_COMPLETED
   * @example
   * fastify.management.addCheck('readiness', 'db', async () => { await pool.query('SELECT 1') })
   */
  addCheck (kind: Kind | readonly Kind[], name: string, check: CheckFunction, options?: CheckOptions): void

  /**
   * Removes a check or a service dependency. A run that is under way is aborted, and its result dropped.
   *
   * @returns whether there was one
   */
  removeCheck (name: string): boolean

  /**
   * Adds a section to `/info`. The function is called at each request and has 800 ms; while it fails its section reads
   * `{"error":"unavailable"}`, and the rest stands.
   *
   * @throws FST_MANAGEMENT_NAME_INVALID, _NAME_TAKEN, _FUNCTION_INVALID
   * @example
   * fastify.management.addInfo('queue', async () => ({ waiting: await queue.count() }))
   */
  addInfo (name: string, section: InfoFunction): void

  /**
   * Gives what the endpoint of a kind would answer, without HTTP and with all details. Without a kind, what `/health`
   * would. Rejects with FST_MANAGEMENT_KIND_UNKNOWN for a kind that does not exist.
   *
   * @example
   * const { status, components } = await fastify.management.health('readiness')
   */
  health (kind?: Kind): Promise<Health>

  /**
   * Takes the app out of service: readiness is `OUT_OF_SERVICE`, so that no traffic is sent to it, and liveness stays as it is
   * (Spring Boot's `ReadinessState.REFUSING_TRAFFIC`). `/health` and verbose probes show it as component `lifecycle`. Where it is
   * out of service already only the reason changes; where it is so for good, nothing.
   *
   * @param reason what is said where details are shown, and logged with the change of status
   * @throws FST_MANAGEMENT_OPTION_INVALID for a reason that is no text, or empty
   * @example
   * fastify.management.takeOutOfService('the cache is being rebuilt')
   */
  takeOutOfService (reason: string): void

  /**
   * Puts the app back in service.
   *
   * @throws FST_MANAGEMENT_OUT_OF_SERVICE_FOR_GOOD when it is broken, draining or closing
   */
  putInService (): void

  /**
   * Says that only a restart helps: liveness and readiness are `DOWN` for good, so that the orchestrator restarts the app
   * (Spring Boot's `LivenessState.BROKEN`). The first reason stands.
   *
   * @param reason what is said where details are shown, and logged with the change of status
   * @throws FST_MANAGEMENT_OPTION_INVALID for a reason that is no text, or empty
   * @example
   * worker.on('exit', () => fastify.management.markBroken('the worker thread is gone'))
   */
  markBroken (reason: string): void

  /**
   * Takes the app out of service for good, and waits until that has got round, as Kubernetes goes on sending requests to a
   * pod for a while after it has told it to end. Liveness and the app's own routes go on.
   *
   * @param delay how long to wait, in milliseconds; default 5,000 in Kubernetes, else 0. The app's closing ends the wait
   * @returns a promise that rejects with FST_MANAGEMENT_OPTION_INVALID for anything but a whole number from 0
   * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow
   * @example
   * await fastify.management.drain()
   * await fastify.close()
   */
  drain (delay?: number): Promise<void>

  /**
   * Where the endpoints can be reached: what the server of the option `listen` listens on, or else the app's own. Nothing before
   * that, and nothing once it has closed. A unix socket is its path.
   *
   * @example
   * fastify.log.info({ addresses: fastify.management.addresses() }) // [{ address: '127.0.0.1', family: 'IPv4', port: 9000 }]
   */
  addresses (): (AddressInfo | string)[]
}

/** What the decorator is made of. */
export interface ManagementDependencies {
  readonly engine: HealthEngine
  readonly info: InfoReport
  readonly settings: Pick<Settings, 'drainDelay'>
  readonly addresses: Management['addresses']
  readonly onUnknownOption: (key: string) => void
}

/** Makes the decorator: the engine and the info of one instance, as other plugins may use them. */
export function createManagement ({ engine, info, settings, addresses, onUnknownOption }: ManagementDependencies): Management {
  return {
    addCheck (kind, name, check, options) {
      const kinds: readonly unknown[] = Array.isArray(kind) ? kind : [kind]
      engine.add(kinds, name, check, readCheckOptions(options, 'check options', onUnknownOption))
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
      // A copy: what the caller does to it must not change what a probe reads.
      return structuredClone({ status, components })
    },
    takeOutOfService: (reason) => engine.availability.takeOutOfService(text(reason, 'reason')),
    putInService: () => engine.availability.putInService(),
    markBroken: (reason) => engine.availability.markBroken(text(reason, 'reason')),
    drain: async (delay = settings.drainDelay) => await engine.availability.drain(delayOrNone(delay, 'delay')),
    addresses
  }
}
