import t from 'tap'
import { http1, start } from '../support/host.js'
import { RecordingLog } from '../support/log.js'

await t.test('the endpoints answer when the logger of the app throws', async (t) => {
  const log = new RecordingLog()
  const app = await start({ fastify: () => ({ loggerInstance: log }), setUp: () => undefined }, 'first', t)
  const broken = (): never => { throw new Error('the disk is full') }
  for (const level of ['fatal', 'error', 'warn', 'info', 'debug', 'trace']) Object.assign(log, { [level]: broken })
  t.match(await http1(app, { method: 'GET', path: '/z/health/liveness' }), { status: 200, body: '{"status":"UP"}' })
  t.match(await http1(app, { method: 'GET', path: '/z/health' }), { status: 503 })
  t.match(await http1(app, { method: 'GET', path: '/z/health/nobody' }), { status: 404 })
})
