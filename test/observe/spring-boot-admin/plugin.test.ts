import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyListenOptions, FastifyServerOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import management from '../../../lib/index.js'
import type { ManagementOptions } from '../../../lib/index.js'
import defaultExport, { springBootAdmin } from '../../../lib/spring-boot-admin/index.js'
import type { SpringBootAdminOptions } from '../../../lib/spring-boot-admin/index.js'
import { portOf } from '../../support/app.js'
import { CERTIFICATE } from '../../support/certificate.js'
import { RecordingLog } from '../../support/log.js'
import { listen, refusingPort } from '../../support/loopback.js'
import { LOGIN } from '../../support/spring-boot-admin/admin.js'
import { AdminDouble } from '../../support/spring-boot-admin/double.js'
import type { Registration } from '../../support/spring-boot-admin/double.js'

interface Setting {
  readonly admin?: Partial<SpringBootAdminOptions>
  readonly management?: ManagementOptions
  readonly fastify?: FastifyServerOptions & { https?: object }
  readonly listen?: FastifyListenOptions
}

/** Waits for messages that match a pattern. */
class WatchedLog extends RecordingLog {
  async includes (pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find(({ message }) => pattern.test(String(message)))
      if (found !== undefined) return String(found.message)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

interface Started {
  readonly app: FastifyInstance
  readonly log: WatchedLog
  readonly double: AdminDouble
}

/** Makes an app that registers at a double. */
async function prepare (t: Test, setting: Setting = {}): Promise<Started> {
  const double = await AdminDouble.start(t)
  const log = new WatchedLog()
  const app: FastifyInstance = Fastify({ loggerInstance: log, ...setting.fastify } as FastifyServerOptions)
  t.teardown(async () => await app.close())
  await app.register(management, { name: 'shop', ...setting.management })
  await app.register(springBootAdmin, { url: double.url, ...LOGIN, ...setting.admin })
  return { app, log, double }
}

/** Starts such an app, and returns its registration. */
async function start (t: Test, setting: Setting = {}): Promise<Started & { readonly registration: Registration }> {
  const started = await prepare(t, setting)
  await started.app.listen(setting.listen ?? { host: '127.0.0.1', port: 0 })
  await started.log.includes(/^registered with/)
  const [registration] = started.double.registered
  if (registration === undefined) throw new Error('the app is not registered')
  return { ...started, registration }
}

await t.test('the entry has the plugin as default and as springBootAdmin', (t) => {
  t.equal(defaultExport, springBootAdmin)
  t.end()
})

await t.test('an app registers after it listens', async (t) => {
  const { app, double, log } = await prepare(t)
  await app.ready()
  await app.inject('/z/health')
  t.same(double.requests, [])
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.equal(await log.includes(/Spring/), `registered with Spring Boot Admin at ${double.url}`)
  const url = `http://127.0.0.1:${portOf(app.server)}`
  t.match(double.registered, [{
    name: 'shop', serviceUrl: `${url}/`, managementUrl: `${url}/z`, healthUrl: `${url}/z/health`, metadata: {}
  }])
})

await t.test('an app that is only ready never registers', async (t) => {
  const { app, double } = await prepare(t, { admin: { interval: 1 } })
  await app.ready()
  await app.close()
  t.same(double.requests, [])
})

await t.test('an app that closes deregisters itself, and needs no second attempt', async (t) => {
  const { app, double } = await start(t)
  await app.close()
  t.same(double.requests.map(({ method }) => method), ['POST', 'DELETE'])
  t.same(double.registered, [])
})

await t.test('an app registers at several servers, and deregisters from all', async (t) => {
  const doubles = await Promise.all([AdminDouble.start(t), AdminDouble.start(t)])
  const { app } = await prepare(t, { admin: { url: doubles.map(({ url }) => url) } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  await Promise.all(doubles.map(async (double) => await double.received(1)))
  t.match(doubles.map(({ registered }) => registered), [[{ name: 'shop' }], [{ name: 'shop' }]])
  await app.close()
  t.same(doubles.map(({ registered }) => registered), [[], []])
})

await t.test('the name is the option name, otherwise the name in /info', async (t) => {
  t.equal((await start(t)).registration.name, 'shop')
  t.equal((await start(t, { admin: { name: 'orders' } })).registration.name, 'orders')
})

await t.test('the metadata have the time of the start and the version, which the option replaces', async (t) => {
  const { registration } = await start(t, {
    management: { version: '1.2.3' },
    admin: { metadata: { 'tags.environment': 'test' } }
  })
  t.match(registration.metadata, { startup: /^\d{4}-.*Z$/, version: '1.2.3', 'tags.environment': 'test' })
  const other = await start(t, { management: { version: '1.2.3' }, admin: { metadata: { version: '', startup: 's' } } })
  t.same(other.registration.metadata, { startup: 's', version: '' })
  const unknown = await start(t, { management: { version: () => { throw new Error('unknown') } } })
  t.same(Object.keys(unknown.registration.metadata), ['startup'])
})

await t.test('the URLs have the port of the endpoints and the prefix', async (t) => {
  const { app, registration } = await start(t, { management: { listen: { port: 0 }, prefix: '/manage' } })
  const [address] = app.management.addresses()
  const port = typeof address === 'object' ? address.port : 0
  t.match(registration, {
    serviceUrl: `http://127.0.0.1:${portOf(app.server)}/`,
    managementUrl: `http://127.0.0.1:${port}/manage`,
    healthUrl: `http://127.0.0.1:${port}/manage/health`
  })
})

await t.test('the URLs of an app with TLS have https', async (t) => {
  const { registration } = await start(t, { fastify: { https: CERTIFICATE } })
  t.match(registration, { serviceUrl: /^https:/, managementUrl: /^https:/, healthUrl: /^https:/ })
  const separate = await start(t, { fastify: { https: CERTIFICATE }, management: { listen: { port: 0 } } })
  t.match(separate.registration, { serviceUrl: /^https:/, managementUrl: /^http:/, healthUrl: /^http:/ })
})

await t.test('the URL of the endpoints differs from the URL of the app also with the prefix /', async (t) => {
  const { app, registration } = await start(t, { management: { prefix: '/' } })
  const url = `http://127.0.0.1:${portOf(app.server)}`
  t.match(registration, { serviceUrl: `${url}/`, managementUrl: url, healthUrl: `${url}/health` })
})

await t.test('the URLs have the prefixes of the scopes around the plugin, escaped', async (t) => {
  const double = await AdminDouble.start(t)
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(async (scope) => {
    await scope.register(management)
    await scope.register(springBootAdmin, { url: double.url, ...LOGIN })
  }, { prefix: '/größe' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  await double.received(1)
  t.match(double.registered[0]?.healthUrl, /\/gr%C3%B6%C3%9Fe\/z\/health$/)
})

await t.test('base URLs replace the addresses', async (t) => {
  const serviceBaseUrl = 'https://shop.example.com/eu'
  const { registration } = await start(t, { admin: { serviceBaseUrl, healthPath: 'health/readiness' } })
  t.match(registration, {
    serviceUrl: `${serviceBaseUrl}/`,
    managementUrl: `${serviceBaseUrl}/z`,
    healthUrl: `${serviceBaseUrl}/z/health/readiness`
  })
  const managementBaseUrl = 'http://10.1.2.3:9000'
  const both = await start(t, { admin: { serviceBaseUrl, managementBaseUrl } })
  t.match(both.registration, { serviceUrl: `${serviceBaseUrl}/`, managementUrl: `${managementBaseUrl}/z` })
  const separate = await start(t, { admin: { serviceBaseUrl }, management: { listen: { port: 0 } } })
  t.match(separate.registration, { serviceUrl: `${serviceBaseUrl}/`, managementUrl: /^http:\/\/127\.0\.0\.1:/ })
})

await t.test('an app on a Unix socket logs the remedy, or registers its base URL', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'fme-'))
  t.teardown(async () => await rm(folder, { recursive: true }))
  const { app, double, log } = await prepare(t)
  await app.listen({ path: join(folder, 'a.sock') })
  t.match(await log.includes(/Spring/), /^the app does not register with Spring Boot Admin: .* it has no port: set /)
  t.match(log.lines.find(({ level }) => level === 'error'), {
    err: { code: 'FST_MANAGEMENT_HEALTH_URL_UNKNOWN', message: /it has no port: set/ }
  })
  await app.close()
  t.same(double.requests, [])
  const { registration } = await start(t, {
    admin: { managementBaseUrl: 'http://shop' }, listen: { path: join(folder, 'b.sock') }
  })
  t.equal(registration.managementUrl, 'http://shop/z')
  t.equal(registration.serviceUrl, undefined)
})

await t.test('an app on loopback warns if a server is on another machine', async (t) => {
  const url = 'http://192.0.2.1:1'
  const warning = /cannot reach http:\/\/127\.0\.0\.1:\d+\/z: listen on "0\.0\.0\.0" or "::", or set/
  const { app, log } = await prepare(t, { admin: { url, timeout: 1 } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  await log.includes(warning)
  await app.close()
  const { log: other } = await start(t)
  t.same(other.lines.filter(({ level }) => level === 'warn'), [], 'no warning for a server on the same machine')
  const configured = await prepare(t, { admin: { url, timeout: 1, managementBaseUrl: 'http://10.1.2.3' } })
  await configured.app.listen({ host: '127.0.0.1', port: 0 })
  await configured.log.includes(/cannot register/)
  t.same(configured.log.lines.filter(({ message }) => warning.test(String(message))), [])
})

await t.test('the plugin can be registered before the endpoints', async (t) => {
  const double = await AdminDouble.start(t)
  const app = Fastify()
  t.teardown(async () => await app.close())
  await app.register(springBootAdmin, { url: double.url, ...LOGIN })
  await app.register(management)
  await app.listen({ host: '127.0.0.1', port: 0 })
  await double.received(1)
  t.equal(double.registered.length, 1)
})

await t.test('an app without the endpoints does not start', async (t) => {
  const missing = { code: 'FST_MANAGEMENT_MISSING', message: /needs fastify-management-endpoints: register it too/ }
  const bare = Fastify()
  await bare.register(springBootAdmin, { url: 'http://admin' })
  await t.rejects(Promise.resolve(bare.ready()), missing)
  const foreign = Fastify().decorate('management', {} as never)
  await t.rejects(Promise.resolve(foreign.register(springBootAdmin, { url: 'http://admin' })), missing)
})

await t.test('an app whose health is turned off needs another health path', async (t) => {
  const app = Fastify()
  await app.register(management, { endpoints: { health: false } })
  await t.rejects(Promise.resolve(app.register(springBootAdmin, { url: 'http://admin' })), {
    code: 'FST_MANAGEMENT_HEALTH_URL_UNKNOWN', message: /"\/health" is turned off: turn it on, or set/
  })
  const { registration } = await start(t, {
    management: { endpoints: { health: false } }, admin: { healthPath: '/health/readiness' }
  })
  t.match(registration.healthUrl, /\/z\/health\/readiness$/)
})

await t.test('a prefix with a parameter is refused', async (t) => {
  const app = Fastify()
  const registered = app.register(async (scope) => {
    await scope.register(management)
    await scope.register(springBootAdmin, { url: 'http://admin' })
  }, { prefix: '/:tenant' })
  await t.rejects(Promise.resolve(registered), {
    code: 'FST_MANAGEMENT_HEALTH_URL_UNKNOWN', message: /the prefix "\/:tenant\/z" has a parameter/
  })
})

const TAKEN = { code: 'FST_MANAGEMENT_HEALTH_URL_TAKEN' }

await t.test('two registrations with the same health URL are refused', async (t) => {
  const app = Fastify()
  await app.register(management)
  await app.register(springBootAdmin, { url: 'http://a' })
  await t.rejects(Promise.resolve(app.register(springBootAdmin, { url: 'http://b' })), {
    ...TAKEN, message: /^the health URL \/z\/health is registered already.*put all servers into one option "url"/
  })
  const late = Fastify()
  await late.register(springBootAdmin, { url: 'http://a' })
  await late.register(springBootAdmin, { url: 'http://b' })
  await late.register(management)
  await t.rejects(Promise.resolve(late.ready()), TAKEN)
})

await t.test('two registrations with other health URLs are accepted', async (t) => {
  const app = Fastify()
  await app.register(management)
  await app.register(springBootAdmin, { url: 'http://a' })
  await app.register(springBootAdmin, { url: 'http://a', healthPath: '/health/readiness' })
  await app.register(springBootAdmin, { url: 'http://a', managementBaseUrl: 'http://other' })
  await t.resolves(Promise.resolve(app.ready()))
})

await t.test('a second app with the same base URL is refused while the first one listens', async (t) => {
  const admin = { managementBaseUrl: 'http://shop' }
  const early = await prepare(t, { admin })
  const { app } = await start(t, { admin })
  await t.rejects(prepare(t, { admin }), { ...TAKEN, message: /^the health URL http:\/\/shop\/z\/health is/ })
  await early.app.listen({ host: '127.0.0.1', port: 0 })
  await early.log.includes(/does not register/)
  t.match(early.log.lines.find(({ level }) => level === 'error'), { err: TAKEN })
  await app.close()
  t.ok(await start(t, { admin }), 'the URL is free again')
})

await t.test('an app closes in time although the server hangs', async (t) => {
  const { app, double } = await start(t)
  double.override = () => undefined
  await app.close()
  t.same(double.requests.map(({ method }) => method), ['POST', 'DELETE'])
})

await t.test('an app that closes at once after its start registers nowhere', async (t) => {
  const { app, double } = await prepare(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  await app.close()
  t.same(double.registered, [])
})

await t.test('an app is not affected by servers that are absent, reset, redirect or talk without end', async (t) => {
  const reset = await listen(t, createServer((socket) => { socket.on('error', () => undefined).resetAndDestroy() }))
  const endless = await listen(t, createServer((socket) => {
    socket.on('error', () => undefined).write('HTTP/1.1 201 Created\r\n\r\n')
    const timer = setInterval(() => socket.write('x'.repeat(100_000)), 1)
    socket.on('close', () => clearInterval(timer))
  }))
  const redirecting = await AdminDouble.start(t)
  redirecting.override = (_request, response) => response.writeHead(308, { location: '/other' }).end()
  const ports = [await refusingPort(), reset, endless]
  const { app, log } = await prepare(t, {
    admin: { url: [...ports.map((port) => `http://127.0.0.1:${port}`), redirecting.url], interval: 5 }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  for (const reason of [/ECONNREFUSED/, /ECONNRESET|socket hang up/, /larger than 1 MiB/, /answered 308, a redirect/]) {
    await log.includes(reason)
  }
  await redirecting.received(3)
  t.equal(redirecting.requests.every(({ path }) => path === '/instances'), true)
  t.equal(log.lines.filter(({ level }) => level === 'warn').length, 4, 'one line for each')
  t.equal((await app.inject('/z/health')).statusCode, 200)
})

await t.test('a server with TLS must be trusted', async (t) => {
  const server = Fastify({ https: CERTIFICATE })
  t.teardown(async () => await server.close())
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const { app, log } = await prepare(t, { admin: { url } })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.match(await log.includes(/cannot register/), /certificate/)
})

await t.test('no credentials appear in the log, in errors and in the endpoints', async (t) => {
  const double = await AdminDouble.start(t)
  const { app, log } = await prepare(t, {
    management: { showDetails: 'always' },
    admin: {
      url: double.url.replace('//', '//admin:sesame@'),
      headers: { 'x-token': 'swordfish' },
      metadata: { 'user.password': 'swordfish' },
      interval: 1
    }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  await log.includes(/cannot register/)
  const paths = ['/z', '/z/health', '/z/info', '/z/history', '/z/ui', '/z/version', '/z/health/readiness?verbose']
  const bodies = await Promise.all(paths.map(async (url) => (await app.inject({ url })).body))
  t.equal(Buffer.from(double.requests[0]?.headers.authorization?.slice(6) ?? '', 'base64').toString(), 'admin:sesame')
  await app.close()
  t.notMatch(JSON.stringify([log.lines, bodies, app.printPlugins()]), /sesame|swordfish|YWRtaW46c2VzYW1l/)
})

await t.test('an unknown option is logged, and a mistyped one is refused', async (t) => {
  const { log } = await prepare(t, { admin: { colour: 'red' } as object })
  t.match(log.lines, [{ level: 'warn', message: 'springBootAdmin ignores options that it does not have: colour' }])
  await t.rejects(prepare(t, { admin: { metdata: {} } as object }), { code: 'FST_MANAGEMENT_OPTION_INVALID' })
})
