import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import Newest from 'fastify'
import Oldest from 'fastify-oldest'
import t from 'tap'
import management from '../../lib/index.js'
import { RecordingLog } from '../support/log.js'
import { createServers } from './fixtures/two-servers.js'

type Test = Pick<typeof t, 'teardown'>

const FASTIFY: readonly (readonly [string, () => FastifyInstance])[] = [
  ['the newest Fastify', () => Newest()],
  ['the oldest Fastify', () => Oldest({ logger: false }) as unknown as FastifyInstance]
]

/** Adds a background check that passes only if the app has connected. Returns the results of its runs. */
function addCheckOfConnection (app: FastifyInstance, isConnected: () => boolean): readonly boolean[] {
  const runs: boolean[] = []
  app.management.addCheck('readiness', 'db', () => {
    runs.push(isConnected())
    return isConnected()
  }, { interval: 60_000 })
  return runs
}

async function newApp (test: Test, create: () => FastifyInstance): Promise<FastifyInstance> {
  const app = create()
  test.teardown(async () => await app.close())
  await app.register(management)
  return app
}

async function turn (): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

for (const [name, create] of FASTIFY) {
  await t.test(`the first background run follows the onReady hooks of all scopes, on ${name}`, async (t) => {
    const hooks: string[] = []
    const connect = (scope: string) => async (): Promise<void> => {
      await turn()
      hooks.push(scope)
    }
    const app = await newApp(t, create)
    const runs = addCheckOfConnection(app, () => hooks.length === 3)
    app.addHook('onReady', connect('root'))
    await app.register(async (scope) => {
      scope.addHook('onReady', connect('scope'))
      await scope.register((inner, _options, done) => {
        inner.addHook('onReady', connect('inner scope'))
        done()
      })
    })
    await app.ready()
    await turn()
    t.match(await app.management.health('readiness'), { status: 'UP' })
    t.same(hooks, ['root', 'scope', 'inner scope'])
    t.same(runs, [true], 'an app that does not listen')
  })

  await t.test(`the first background run follows the hooks of an app in which the plugin has a scope, on ${name}`,
    async (t) => {
      let isConnected = false
      const app = create()
      t.teardown(async () => await app.close())
      let runs: readonly boolean[] = []
      await app.register(async (scope) => {
        await scope.register(management)
        runs = addCheckOfConnection(scope, () => isConnected)
      }, { prefix: '/api' })
      await app.register((sibling, _options, done) => {
        sibling.addHook('onReady', async () => { await turn(); isConnected = true })
        done()
      })
      await app.listen({ host: '127.0.0.1', port: 0 })
      t.match(await app.inject('/api/z/health/readiness'), { statusCode: 200 })
      t.same(runs, [true])
    })

  await t.test(`no background run starts when a later onReady hook fails, on ${name}`, async (t) => {
    const app = await newApp(t, create)
    const runs = addCheckOfConnection(app, () => true)
    app.addHook('onReady', (done) => done(new Error('no connection')))
    await t.rejects(async () => await app.ready(), { message: 'no connection' })
    await turn()
    t.same(runs, [])
  })

  await t.test(`no background run starts when the app closes while it starts, on ${name}`, async (t) => {
    const app = await newApp(t, create)
    const runs = addCheckOfConnection(app, () => true)
    let closed: Promise<unknown> = Promise.resolve()
    app.addHook('onReady', (done) => {
      closed = Promise.resolve(app.close())
      done()
    })
    await app.ready()
    await closed
    await turn()
    t.same(runs, [])
  })
}

await t.test('a failed start is logged with its error', async (t) => {
  const log = new RecordingLog()
  const app = await newApp(t, () => Newest({ loggerInstance: log as FastifyBaseLogger }))
  app.addHook('onReady', (done) => done(new Error('no connection')))
  await t.rejects(async () => await app.ready())
  t.match(log.lines, [{
    level: 'error',
    err: { message: 'no connection' },
    message: 'the app failed to start: no check runs in the background'
  }])
})

await t.test('a check that failed on the separate port before the app was ready runs again at once', async (t) => {
  let isConnected = false
  const { app, getSeparate } = await createServers(t, { checkDefaults: { ttl: 60_000, successThreshold: 3 } })
  app.management.addCheck('readiness', 'probed', () => isConnected)
  app.management.addCheck('readiness', 'background', () => isConnected, { interval: 60_000 })
  app.addHook('onReady', async () => {
    t.match(await getSeparate('/z/health/readiness'), { status: 503, text: '{"status":"DOWN"}' })
    isConnected = true
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(await getSeparate('/z/health/readiness'), { status: 200, text: '{"status":"UP"}' })
})
