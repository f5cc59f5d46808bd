import t from 'tap'
import { http1, start } from '../support/host.js'
import { KeepingLog } from '../support/log.js'

await t.test('an app whose logger throws has its endpoints all the same', async (t) => {
  const log = new KeepingLog()
  const app = await start({ fastify: () => ({ loggerInstance: log }), setUp: () => undefined }, 'first', t)
  const broken = (): never => { throw new Error('the disk is full') }
  for (const level of ['fatal', 'error', 'warn', 'info', 'debug', 'trace']) Object.assign(log, { [level]: broken })
  t.match(await http1(app, { method: 'GET', path: '/z/health/liveness' }), { status: 200, body: '{"status":"UP"}' })
  t.match(await http1(app, { method: 'GET', path: '/z/health' }), { status: 503 })
  t.match(await http1(app, { method: 'GET', path: '/z/health/nobody' }), { status: 404 })
})
