import t from 'tap'
import { http1, livesIn, ownRoutes, start } from '../support/host.js'
import type { Host } from '../support/host.js'
import { KeepingLog } from '../support/log.js'

/** A logger with levels of its own, among which there is no `silent`. */
class NumberedLog extends KeepingLog {
  readonly levels = { values: { fatal: 1, error: 2, warn: 3, info: 4, debug: 5, trace: 6 } }

  override child (bindings: object): KeepingLog {
    return Object.assign(super.child(bindings), { levels: this.levels })
  }
}

/** A log of its own for each app: Fastify copies its options, and with them what a log has kept. */
const host = (logOf: () => KeepingLog): Host => ({
  fastify: () => ({ loggerInstance: logOf() }),
  setUp: (app) => {
    app.addHook('onRequest', async (request) => { request.log.info('a hook'); await Promise.resolve() })
    ownRoutes(app)
  }
})

await livesIn('an app whose logger is of another make', host(() => new KeepingLog()))
await livesIn('an app whose logger knows no level "silent"', host(() => new NumberedLog()))

await t.test('there too probes are silent, and the app\'s own routes are not', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const log = new NumberedLog()
    const app = await start(host(() => log), order, t)
    log.lines.length = 0
    for (const path of ['/z/health/liveness', '/z/info', '/z/version', '/z', '/z/health/nobody']) await http1(app, { method: 'GET', path })
    t.same(log.lines, [])
    await http1(app, { method: 'GET', path: '/' })
    t.match(log.lines.map(({ message }) => message), ['incoming request', 'a hook', 'request completed'])
  }
})
