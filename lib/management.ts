import type { CheckFunction, CheckOptions } from './health/check.js'
import type { Health } from './health/component.js'
import type { HealthEngine } from './health/engine.js'
import { assertName } from './health/kind.js'
import type { Kind } from './health/kind.js'
import type { InfoFunction, InfoReport } from './info/info-report.js'
import { assertFunction } from './rules.js'
import { readCheckOptions } from './settings.js'

/** What `fastify.management` is. */
export interface Management {
  /**
   * Adds a check, before or after the app is ready. The same function under the same name again adds the kind to the
   * check, which still runs once per report.
   *
   * @param kind which probe it answers for: `liveness`, `readiness`, `startup`, `health` or a custom kind, or several
   * @param name unique in the instance: 1 to 100 letters, digits, `.`, `_`, `-`, starting with a letter or digit; no kind's name
   * @param check passes by returning nothing, `true` or `{ status: 'UP' | 'DEGRADED' }`, and fails in any other way
   * @param options `timeout` in milliseconds (800)
   * @throws FST_MANAGEMENT_KIND_UNKNOWN, _NAME_INVALID, _NAME_TAKEN, _FUNCTION_INVALID, _OPTION_INVALID, _STARTUP_COMPLETED
   * @example
   * fastify.management.addCheck('readiness', 'db', async () => { await pool.query('SELECT 1') })
   */
  addCheck (kind: Kind | readonly Kind[], name: string, check: CheckFunction, options?: CheckOptions): void

  /**
   * Removes a check or a service dependency.
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
}

/** Makes the decorator: the engine and the info of one instance, as other plugins may use them. */
export function createManagement (engine: HealthEngine, info: InfoReport, onUnknownOption: (key: string) => void): Management {
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
      engine.kinds.assertKnown([kind])
      return await engine.report({ kind })
    }
  }
}
