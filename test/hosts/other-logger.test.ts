import t from 'tap'
import { http1, testHost, ownRoutes, start } from '../support/host.js'
import type { Host } from '../support/host.js'
import { RecordingLog } from '../support/log.js'

/** A logger with its own levels, without `silent`. */
class NumberedLog extends RecordingLog {
  readonly levels = { values: { fatal: 1, error: 2, warn: 3, info: 4, debug: 5, trace: 6 } }

  override child (bindings: object): RecordingLog {
    return Object.assign(super.child(bindings), { levels: this.levels })
  }
}

/** Creates a log for each app: Fastify copies its options, and would also copy the kept lines. */
const host = (logOf: () => RecordingLog): Host => ({
  fastify: () => ({ loggerInstance: logOf() }),
  setUp: (app) => {
    app.addHook('onRequest', async (request) => { request.log.info('a hook'); await Promise.resolve() })
    ownRoutes(app)
  }
})

await testHost('an app with another logger than pino', host(() => new RecordingLog()))
await testHost('an app whose logger has no level "silent"', host(() => new NumberedLog()))

await t.test('requests to endpoints are not logged when the logger has no level "silent"', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const log = new NumberedLog()
    const app = await start(host(() => log), order, t)
    log.lines.length = 0
    for (const path of ['/z/health/liveness', '/z/info', '/z/version', '/z', '/z/health/nobody']) {
      await http1(app, { method: 'GET', path })
    }
    t.same(log.lines, [])
    await http1(app, { method: 'GET', path: '/' })
    t.match(log.lines.map(({ message }) => message), ['incoming request', 'a hook', 'request completed'])
  }
})
