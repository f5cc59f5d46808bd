import type { FastifyInstance } from 'fastify'
import type { CheckOptions } from '../../health/check/options.js'
import type { HealthEngine } from '../../health/engine.js'
import { AutoChecks } from './auto-checks.js'
import { Scopes } from './scopes.js'
import type { AutoChecksSettings } from './selection.js'

/** The most objects that a line of the log lists. */
const MOST_LISTED = 50

/** The settings that the checks need. */
interface Settings {
  readonly autoChecks: AutoChecksSettings
  readonly checkDefaults: CheckOptions
}

/** Adds a check for each client that plugins have added to the app, after all plugins have loaded. */
export function addAutoChecks (fastify: FastifyInstance, engine: HealthEngine, settings: Settings): void {
  const { log } = fastify
  const { autoChecks, checkDefaults } = settings
  const scopes = new Scopes(fastify)
  fastify.addHook('onReady', async () => {
    const checks = await AutoChecks.find(scopes.list(), engine.kinds, autoChecks)
    const { added, taken, doubts } = await checks.addTo(engine, checkDefaults)
    if (added.length > 0) {
      const names = added.map(({ check }) => check)
      log.info({ checks: names, found: added.slice(0, MOST_LISTED) }, 'added checks for the clients of plugins')
    }
    if (taken.length > 0) {
      log.info({ checks: taken }, 'added no checks under these names, because the app has its own checks there')
    }
    if (doubts.length > 0) {
      log.info({ objects: doubts.slice(0, MOST_LISTED) }, 'autoChecks adds no checks for these objects: add your own')
    }
    if (Object.keys(checks.unused).length > 0) {
      log.warn({ options: checks.unused, found: checks.names },
        'autoChecks found no client for some names in its options')
    }
    if (checks.names.length === 0) {
      log.warn('fastify-management-endpoints found no client to add a check for: no decorator has a type that ' +
        'autoChecks knows')
    }
  })
}
