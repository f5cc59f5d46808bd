import Fastify from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import plugin, { errors, management } from '../lib/index.js'
import { startApp } from './support/app.js'

await t.test('the plugin is the default export, a named one, and for require() the module itself', async (t) => {
  t.equal(plugin, management)
  const module: Record<string, unknown> = await import('../lib/index.js')
  t.equal(module['module.exports'], management)
  t.equal(Reflect.get(management, 'default'), management)
  t.equal(Reflect.get(management, 'management'), management)
  t.equal(Reflect.get(management, 'errors'), errors)
})

await t.test('the whole app has the decorator, and other plugins add checks with it, before and after it is ready', async (t) => {
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
    body: { status: 'DEGRADED', components: { child: { status: 'UP' }, shared: { status: 'UP' }, late: { status: 'DEGRADED' } } }
  })
  t.same((await get('/z/health/liveness?verbose')).body, { status: 'UP', components: { shared: { status: 'UP' } } })
  t.equal(app.management.removeCheck('late'), true)
  t.equal(app.management.removeCheck('late'), false)
  t.match(await get('/z/health/readiness'), { text: '{"status":"UP"}' })
})

await t.test('health gives the answer without HTTP, with all details', async (t) => {
  const { app } = await startApp(t, { checks: { health: { mail: () => { throw new Error('no route') } } }, showComponents: 'never' })
  t.match(await app.management.health(), { status: 'DOWN', components: { mail: { status: 'DOWN', details: { error: 'no route' }, time: String, durationMs: Number } } })
  t.same(await app.management.health('liveness'), { status: 'UP', components: {} })
  await t.rejects(app.management.health('nope'), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  await t.rejects(app.management.health(null as unknown as string), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
})

await t.test('what cannot be added is refused with a coded error', async (t) => {
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
  t.throws(() => management.addInfo('a', asFunction(undefined)), { code: 'FST_MANAGEMENT_FUNCTION_INVALID', message: 'the info section "a" must be a function, got undefined' })
  t.same(Object.keys((await management.health()).components), ['db'], 'nothing of it is left')
})

await t.test('options that are wrong fail registration', async (t) => {
  await t.rejects(startApp(t, { prefix: 5 as unknown as string }), { code: 'FST_MANAGEMENT_OPTION_INVALID' })
  await t.rejects(startApp(t, { checks: { readines: { a: () => true } } }), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' })
  await t.rejects(startApp(t, { checks: { readines: {} } }), { code: 'FST_MANAGEMENT_KIND_UNKNOWN' }, 'though no check is lost')
  await t.rejects(startApp(t, { checks: { readiness: { a: 5 as unknown as () => true } } }), { code: 'FST_MANAGEMENT_FUNCTION_INVALID' })
  await t.rejects(startApp(t, { serviceDependencies: { users: 'local:://host' } }), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' })
  await t.rejects(startApp(t, { serviceDependencies: { users: { url: undefined as unknown as string } } }), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' })
  await t.rejects(startApp(t, { kinds: ['ping'] }), { code: 'FST_MANAGEMENT_NAME_INVALID' })
})

await t.test('an option that does not exist is warned of', async (t) => {
  const { lines, app } = await startApp(t, { prefx: '/a' } as object)
  t.match(lines.filter((line) => line.level === 'warn'), [{ option: 'prefx', message: 'fastify-management-endpoints has no option "prefx", it is ignored' }])
  app.management.addCheck('health', 'a', () => true, { retries: 3 } as object)
  t.match(lines.filter((line) => line.level === 'warn'), [{}, { option: 'check options.retries' }])
})

await t.test('options are read once', async (t) => {
  const options = { statusCodes: { DOWN: 500 }, checks: { health: { a: () => false } } }
  const { get } = await startApp(t, options)
  options.statusCodes.DOWN = 200
  options.checks.health.a = () => true
  t.match(await get('/z/health'), { status: 500 })
})

await t.test('registering twice on one instance is refused', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(management)
  await t.rejects(async () => await app.register(management, { prefix: '/other' }), {
    code: 'FST_MANAGEMENT_ALREADY_REGISTERED',
    message: /there is a decorator "management" already; register it once, and reach it as fastify\.management/
  })
})

await t.test('registering where a route is taken is refused', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(management)
  await t.rejects(async () => await app.register(async (child) => await child.register(management)), {
    code: 'FST_MANAGEMENT_ALREADY_REGISTERED',
    message: /there is a route \/z\/health\/liveness already; give this one another prefix/
  })
})

await t.test('a route of the host at the prefix is kept, and one at an endpoint that is off is none of ours', async (t) => {
  for (const path of ['/z/info', '/z/health', '/z/version', '/z/health/ping', '/z/health/*']) {
    const app = Fastify()
    t.teardown(async () => await app.close())
    app.get(path, () => 'mine')
    await t.rejects(async () => await app.register(management), { code: 'FST_MANAGEMENT_ALREADY_REGISTERED' }, path)
  }
  const { get } = await startApp(t, { endpoints: { info: false } }, { before: (app) => { app.get('/z/info', () => 'mine') } })
  t.equal((await get('/z/info')).text, 'mine')
})

await t.test('a host that has a decorator of that name keeps it', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  app.decorate('management', 'mine' as never)
  await t.rejects(async () => await app.register(management), { code: 'FST_MANAGEMENT_ALREADY_REGISTERED' })
  t.equal(app.management, 'mine')
})

await t.test('two apps in one process share nothing', async (t) => {
  const [one, two] = [await startApp(t), await startApp(t)]
  one.app.management.addCheck('health', 'a', () => false)
  t.match(await one.get('/z/health'), { status: 503 })
  t.match(await two.get('/z/health'), { status: 200, text: '{"status":"UP","components":{}}' })
})

await t.test('an instance within another is one of its own', async (t) => {
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
