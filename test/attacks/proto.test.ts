import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import type { CheckFunction, ManagementOptions } from '../../lib/index.js'
import { startApp } from '../support/app.js'
import { listen } from '../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

const POLLUTION = '{"polluted":true,"status":"DOWN","error":"polluted"}'
const HOSTILE = [
  `"__proto__":${POLLUTION}`, `"constructor":{"prototype":${POLLUTION}}`, `"inner":{"__proto__":${POLLUTION}}`,
  `"list":[{"__proto__":${POLLUTION}}]`, '"kept":1'
].join(',')

const PART = `{"status":"UP","details":{${HOSTILE}}}`

/** The JSON of an object with keys that change prototypes at several places. */
const JSON_TEXT = `{"status":"UP","details":{${HOSTILE}},"components":{${HOSTILE},"part":${PART}},${HOSTILE}}`

const PATHS = [
  '/health', '/health/readiness?verbose', '/health/db', '/health/thrown', '/health/remote', '/health/foreign', '/info',
  '/version', '/'
]
const MEDIA_TYPES = [
  'application/json', 'application/vnd.spring-boot.actuator.v2+json', 'application/vnd.spring-boot.actuator.v3+json'
]

function hostile (): Record<string, unknown> {
  return JSON.parse(JSON_TEXT) as Record<string, unknown>
}

/** Merges like careless code does. It pollutes all objects if the source has the key `__proto__`. */
function merge (target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    const inner = target[key]
    if (isObject(value) && isObject(inner)) merge(inner, value)
    else target[key] = value
  }
}

function isObject (value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isPolluted (): boolean {
  return Reflect.get({}, 'polluted') !== undefined
}

async function startService (test: Test): Promise<string> {
  const server = createServer((_request, response) => response.end(JSON_TEXT))
  return `http://127.0.0.1:${await listen(test, server)}/health`
}

async function hostileOptions (test: Test): Promise<ManagementOptions> {
  const url = await startService(test)
  return {
    showDetails: 'always',
    info: hostile(),
    serviceDependencies: { remote: url, foreign: { url, health: url } },
    checks: {
      readiness: {
        db: hostile as unknown as CheckFunction,
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        thrown: () => { throw Object.assign(hostile(), { message: 'thrown' }) },
        map: () => ({ status: 'UP', details: new Map(Object.entries(hostile())) as never })
      }
    }
  }
}

await t.test('no answer contains a key that changes prototypes', async (t) => {
  const { app, get } = await startApp(t, await hostileOptions(t))
  app.management.addInfo('section', hostile)
  const failures: unknown[] = []
  for (const path of PATHS) {
    for (const accept of MEDIA_TYPES) {
      const { text, body } = await get(`/z${path}`, { accept })
      if (/__proto__|polluted/.test(text)) failures.push([path, accept, text])
      if (isObject(body)) merge({}, body)
    }
  }
  t.same(failures, [])
  t.match((await get('/z/health/db')).body, { details: { kept: 1, inner: {} }, components: { part: { status: 'UP' } } })
  t.match((await get('/z/info')).body, { section: { kept: 1 }, details: { kept: 1 } })
  t.equal(isPolluted(), false)
})

await t.test('reports without HTTP, messages of channels and log lines contain no such key', async (t) => {
  const messages: unknown[] = []
  const listener = (message: unknown): void => { messages.push(message) }
  for (const name of ['fastify-management-endpoints:status', 'tracing:fastify-management-endpoints:check:asyncEnd']) {
    subscribe(name, listener)
    t.teardown(() => unsubscribe(name, listener))
  }
  const { app, lines } = await startApp(t, await hostileOptions(t))
  const report = await app.management.health()
  const received = messages.map((message) => ({ ...message as object, fastify: undefined }))
  t.ok(received.length > 3)
  t.notMatch(JSON.stringify([report, received, lines]), /__proto__|polluted/)
  merge({}, report as never)
  t.equal(isPolluted(), false)
})

await t.test('options from JSON with the key __proto__ change nothing, or are refused', async (t) => {
  const parsed = (json: string): ManagementOptions => JSON.parse(json) as ManagementOptions
  const { get } = await startApp(t, parsed('{"__proto__":{"showDetails":"always","prefix":"/evil"}}'))
  t.equal((await get('/z/health')).status, 200)
  const refused = [
    '{"checks":{"__proto__":{}}}', '{"checks":{"readiness":{"__proto__":{}}}}', '{"kinds":["__proto__"]}',
    '{"serviceDependencies":{"__proto__":"h"}}', '{"endpoints":{"__proto__":{}}}',
    '{"serviceDependencies":{"a":{"url":"h","__proto__":{}}}}',
    '{"serviceDependencies":{"a":{"url":"h","headers":{"__proto__":"x"}}}}', '{"statusCodes":{"__proto__":{}}}',
    '{"checkDefaults":{"__proto__":{}}}', '{"checkDefaults":{"failureStatus":{"__proto__":"DOWN"}}}',
    '{"shutdown":{"__proto__":{}}}', '{"listen":{"port":0,"__proto__":{}}}'
  ]
  for (const json of refused) {
    await t.rejects(startApp(t, parsed(json)), { code: /^FST_MANAGEMENT_/, message: /__proto__/ }, json)
  }
  t.equal(isPolluted(), false)
})

await t.test('properties that another library adds to all objects are no options', async (t) => {
  const added = { showDetails: 'always', auth: 'x', failureStatus: 'DEGRADED', tls: {}, check: 5 }
  const url = await startService(t)
  for (const [name, value] of Object.entries(added)) {
    Reflect.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
  }
  const removeAll = (): void => Object.keys(added).forEach((name) => Reflect.deleteProperty(Object.prototype, name))
  t.teardown(removeAll)
  const options = { kinds: ['constructor'], serviceDependencies: { a: { url } } }
  const { get } = await startApp(t, options, { after: removeAll })
  t.equal((await get('/z/health')).status, 200)
  t.notMatch((await get('/z/health')).text, /details/)
})

await t.test('an auth hook that throws an error with the key __proto__ changes no prototype', async (t) => {
  const foreign = runInNewContext('Object.assign(new Error("no"), { statusCode: 403 })') as Error
  Object.defineProperty(foreign, '__proto__', { value: { statusCode: 200, polluted: true }, enumerable: true })
  const seen: unknown[] = []
  const { get } = await startApp(t, { auth: () => { throw foreign } }, {
    before: (app) => {
      app.setErrorHandler(async (error, _request, reply) => {
        seen.push(error instanceof Error, Reflect.get(error as object, 'polluted'))
        return await reply.code(403).send({})
      })
    }
  })
  t.equal((await get('/z/info')).status, 403)
  t.same(seen, [true, undefined])
})
