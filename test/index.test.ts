import Fastify from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import plugin, { errors, management } from '../lib/index.js'
import { startApp } from './support/app.js'

await t.test('the plugin is the default export and a named export, and holds the errors', (t) => {
  t.equal(plugin, management)
  t.equal(Reflect.get(management, 'errors'), errors)
  t.end()
})

await t.test('other plugins add checks with fastify.management, before and after the app is ready', async (t) => {
  const { app, get } = await startApp(t, {}, {
    after: async (app) => {
      await app.register(async (child) => {
        child.management.addCheck('readiness', 'child', () => true)
        await Promise.resolve()
      })
      await app.register(fp(async (child) => {
        child.management.addCheck(['liveness', 'readiness'], 'shared', () => true)
        await Promise.resolve()
      }))
    }
  })
  app.management.addCheck('readiness', 'late', () => ({ status: 'DEGRADED' }))
  t.match(await get('/z/health/readiness?verbose'), {
    body: {
      status: 'DEGRADED',
      components: { child: { status: 'UP' }, shared: { status: 'UP' }, late: { status: 'DEGRADED' } }
    }
  })
  t.same((await get('/z/health/liveness?verbose')).body, { status: 'UP', components: { shared: { status: 'UP' } } })
  t.equal(app.management.removeCheck('late'), true)
  t.equal(app.management.removeCheck('late'), false)
  t.match(await get('/z/health/readiness'), { text: '{"status":"UP"}' })
})

await t.test('health() returns the report without HTTP and with all details', async (t) => {
  const mail = (): never => { throw new Error('no route') }
  const { app } = await startApp(t, { checks: { health: { mail } }, showComponents: 'never' })
  t.match(await app.management.health(), {
    status: 'DOWN',
    components: { mail: { status: 'DOWN', details: { error: 'no route' }, time: String, durationMs: Number } }
  })
  t.same(await app.management.health('liveness'), { status: 'UP', components: {} })
})

await t.test('health() rejects when the kind does not exist', async (t) => {
  const { app } = await startApp(t)
  await t.rejects(app.management.health('nope'), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  await t.rejects(app.management.health(null as unknown as string), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
})

await t.test('addCheck() and addInfo() throw a coded error when an argument is wrong, and add nothing', async (t) => {
  const { management } = (await startApp(t, { checks: { health: { db: () => true } } })).app
  const check = (): boolean => true
  const asFunction = (value: unknown): (() => boolean) => value as () => boolean
  t.throws(() => management.addCheck('readines', 'a', check), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  t.throws(() => management.addCheck([], 'a', check), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  t.throws(() => management.addCheck(['health', 'nope'], 'a', check), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  t.throws(() => management.addCheck('health', 'db', check), { code: 'FST_MANAGEMENT_NAME_TAKEN' })
  t.throws(() => management.addCheck('health', '', check), { code: 'FST_MANAGEMENT_NAME_INVALID' })
  t.throws(() => management.addCheck('health', 'x'.repeat(101), check), { code: 'FST_MANAGEMENT_NAME_INVALID' })
  t.throws(() => management.addCheck('health', 'ping', check), { code: 'FST_MANAGEMENT_NAME_INVALID' })
  t.throws(() => management.addCheck('health', 'a', asFunction('no')), { code: 'FST_MANAGEMENT_FUNCTION_INVALID' })
  t.throws(() => management.addCheck('health', 'a', check, { timeout: 0 }), { code: 'FST_MANAGEMENT_OPTION_INVALID' })
  t.throws(() => management.addInfo('a b', check), { code: 'FST_MANAGEMENT_NAME_INVALID' })
  t.throws(() => management.addInfo('app', check), { code: 'FST_MANAGEMENT_NAME_TAKEN' })
  t.throws(() => management.addInfo('a', asFunction(undefined)), {
    code: 'FST_MANAGEMENT_FUNCTION_INVALID',
    message: 'the info section "a" must be a function, got undefined'
  })
  t.same(Object.keys((await management.health()).components), ['db'])
})

await t.test('registration fails when an option is wrong', async (t) => {
  const check = (): boolean => true
  const wrong: readonly (readonly [options: object, code: string])[] = [
    [{ prefix: 5 }, 'FST_MANAGEMENT_OPTION_INVALID'],
    [{ checks: { readines: { a: check } } }, 'FST_MANAGEMENT_KIND_UNKNOWN'],
    [{ checks: { readines: {} } }, 'FST_MANAGEMENT_KIND_UNKNOWN'],
    [{ checks: { readiness: { a: 5 } } }, 'FST_MANAGEMENT_FUNCTION_INVALID'],
    [{ serviceDependencies: { users: 'local:://host' } }, 'FST_MANAGEMENT_ADDRESS_INVALID'],
    [{ serviceDependencies: { users: { url: undefined } } }, 'FST_MANAGEMENT_ADDRESS_INVALID'],
    [{ kinds: ['ping'] }, 'FST_MANAGEMENT_NAME_INVALID']
  ]
  for (const [options, code] of wrong) await t.rejects(startApp(t, options), { code })
})

await t.test('options of other plugins are logged as one warning', async (t) => {
  const { lines } = await startApp(t, { autoload: true, bodyLimit: 1 } as object)
  t.match(lines.filter(({ level }) => level === 'warn'), [{
    options: ['autoload', 'bodyLimit'],
    message: 'fastify-management-endpoints ignores options that it does not have: autoload, bodyLimit'
  }])
})

await t.test('registration fails when an option is mistyped', async (t) => {
  await t.rejects(startApp(t, { showComponent: 'never' } as object), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /^unknown option "showComponent" \(did you mean "showComponents"\?\)/
  })
})

await t.test('options are read once, at registration', async (t) => {
  const options = { statusCodes: { DOWN: 500 }, checks: { health: { a: () => false } } }
  const { get } = await startApp(t, options)
  options.statusCodes.DOWN = 200
  options.checks.health.a = () => true
  t.match(await get('/z/health'), { status: 500 })
})

await t.test('registration fails when the app has the plugin already', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(management)
  await t.rejects(async () => await app.register(management, { prefix: '/other' }), {
    code: 'FST_MANAGEMENT_ALREADY_REGISTERED',
    message: /the decorator "management" exists already; register the plugin once, and use it as fastify\.management/
  })
})

await t.test('registration fails when the plugin of another scope has the routes', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(management)
  await t.rejects(async () => await app.register(async (child) => await child.register(management)), {
    code: 'FST_MANAGEMENT_ALREADY_REGISTERED',
    message: /the route \/z\/health\/liveness exists already; use another prefix/
  })
})

await t.test('registration fails when the app has a route at the path of an endpoint', async (t) => {
  for (const path of ['/z/info', '/z/health', '/z/version', '/z/health/ping', '/z/health/*']) {
    const app = Fastify()
    t.teardown(async () => await app.close())
    app.get(path, () => 'mine')
    await t.rejects(async () => await app.register(management), { code: 'FST_MANAGEMENT_ALREADY_REGISTERED' }, path)
  }
})

await t.test('the app may have a route at the path of an endpoint that is off', async (t) => {
  const { get } = await startApp(t, { endpoints: { info: false } }, {
    before: (app) => { app.get('/z/info', () => 'mine') }
  })
  t.equal((await get('/z/info')).text, 'mine')
})

await t.test('registration fails when the app has another decorator "management", and keeps it', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  app.decorate('management', 'mine' as never)
  await t.rejects(async () => await app.register(management), { code: 'FST_MANAGEMENT_ALREADY_REGISTERED' })
  t.equal(app.management, 'mine')
})

await t.test('two apps in one process have separate checks', async (t) => {
  const [one, two] = [await startApp(t), await startApp(t)]
  one.app.management.addCheck('health', 'a', () => false)
  t.match(await one.get('/z/health'), { status: 503 })
  t.match(await two.get('/z/health'), { status: 200, text: '{"status":"UP","components":{}}' })
})

await t.test('a plugin in a nested scope has its own checks', async (t) => {
  const { get } = await startApp(t, {}, {
    after: async (app) => {
      app.management.addCheck('health', 'outer', () => true)
      await app.register(async (child) => {
        await child.register(management)
        child.management.addCheck('health', 'inner', () => true)
      }, { prefix: '/tenant' })
    }
  })
  t.same((await get('/z/health')).body, { status: 'UP', components: { outer: { status: 'UP' } } })
  t.same((await get('/tenant/z/health')).body, { status: 'UP', components: { inner: { status: 'UP' } } })
})
