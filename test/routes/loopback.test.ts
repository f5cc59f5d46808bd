import t from 'tap'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import management from '../../lib/index.js'
import type { ManagementOptions } from '../../lib/index.js'
import { warnOfLoopback } from '../../lib/routes/loopback.js'
import { RecordingLog } from '../support/log.js'
import type { Line } from '../support/log.js'

const LOOPBACK = ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1']
const PUBLIC = ['0.0.0.0', '::', '10.0.0.7', '::ffff:10.0.0.7', '128.0.0.1', 'fe80::1']

/** Runs the hooks of an app that listens at these addresses, twice. Returns the warnings. */
function warningsAt (app: readonly string[], own?: readonly string[]): readonly Line[] {
  const log = new RecordingLog()
  const hooks: ((done: () => void) => void)[] = []
  const instance = {
    log,
    addHook: (_name: string, hook: (done: () => void) => void) => hooks.push(hook),
    addresses: () => app.map(toAddress)
  }
  warnOfLoopback(instance as unknown as FastifyInstance, own && { addresses: own.map(toAddress) })
  for (const hook of [...hooks, ...hooks.slice(-1)]) hook(() => undefined)
  return log.lines
}

function toAddress (address: string): string | { readonly address: string } {
  return address.startsWith('/') ? address : { address }
}

await t.test('warnOfLoopback() warns once when the app listens on loopback only', (t) => {
  for (const address of LOOPBACK) {
    t.match(warningsAt([address]), [{
      level: 'warn',
      addresses: [{ address }],
      message: 'the app listens on loopback only, so probes and traffic from outside the pod fail: ' +
        'set the option "host" to "0.0.0.0" or "::". Exec probes and sidecars in the pod are not affected'
    }], address)
  }
  t.match(warningsAt(['127.0.0.1', '::1']), { length: 1 })
  t.end()
})

await t.test('warnOfLoopback() does not warn when one address is public', (t) => {
  for (const address of PUBLIC) {
    t.same(warningsAt([address]), [], address)
    t.same(warningsAt(['127.0.0.1', address]), [], address)
  }
  t.end()
})

await t.test('warnOfLoopback() does not warn for a Unix socket, and without an address', (t) => {
  t.same(warningsAt(['/run/app.sock']), [])
  t.same(warningsAt([]), [])
  t.end()
})

await t.test('warnOfLoopback() warns when the separate server listens on loopback only', (t) => {
  t.match(warningsAt(['0.0.0.0'], ['127.0.0.1']), [{
    message: /^the management endpoints listen on loopback only, .* set the option "listen\.host" to "0\.0\.0\.0" or "::"/
  }])
  t.same(warningsAt(['0.0.0.0'], ['::']), [])
  t.match(warningsAt(['127.0.0.1'], ['127.0.0.1']), { length: 2 })
  t.end()
})

/** Starts an app on loopback, with the plugin in a child scope. Returns the warnings about loopback. */
async function warningsOfApp (test: Pick<typeof t, 'teardown'>, options: ManagementOptions): Promise<readonly Line[]> {
  const log = new RecordingLog()
  const app = Fastify({ loggerInstance: log })
  test.teardown(async () => await app.close())
  await app.register(async (scope) => { await scope.register(management, options) })
  await app.listen({ host: 'localhost', port: 0 })
  return log.lines.filter(({ message }) => String(message).includes('loopback'))
}

await t.test('only an app in Kubernetes warns about loopback', async (t) => {
  const before = process.env['KUBERNETES_SERVICE_HOST']
  t.teardown(() => {
    if (before === undefined) delete process.env['KUBERNETES_SERVICE_HOST']
    else process.env['KUBERNETES_SERVICE_HOST'] = before
  })
  delete process.env['KUBERNETES_SERVICE_HOST']
  t.same(await warningsOfApp(t, { listen: { port: 0 } }), [])
  process.env['KUBERNETES_SERVICE_HOST'] = '10.96.0.1'
  t.match(await warningsOfApp(t, {}), { length: 1 })
  t.match(await warningsOfApp(t, { listen: { port: 0 } }), [
    { message: /^the management endpoints listen on loopback only/ }, { message: /^the app listens on loopback only/ }
  ])
})
