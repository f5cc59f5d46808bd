import { createServer } from 'node:http'
import t from 'tap'
import { registerDependencies } from '../../lib/dependencies/register.js'
import type { Dependency } from '../../lib/dependencies/register.js'
import { startApp } from '../support/app.js'
import { setUpEngine } from '../support/engine.js'
import { listen } from '../support/loopback.js'
import { readOptions } from '../support/options.js'

type Test = Pick<typeof t, 'teardown'>

const DEPENDENCIES = 20
const REQUESTS = 50

/** A service that counts the requests to it, by path. */
interface CountingService {
  readonly url: string
  readonly paths: readonly string[]
}

async function startService (test: Test, body = '{"status":"UP"}'): Promise<CountingService> {
  const paths: string[] = []
  const port = await listen(test, createServer(({ url = '' }, response) => {
    paths.push(url)
    response.end(body)
  }))
  return { url: `http://127.0.0.1:${port}`, paths }
}

/** Twenty service dependencies with one address. */
function dependenciesOn ({ url }: CountingService): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: DEPENDENCIES }, (_, at) => [`service-${at}`, url]))
}

function settingsOf (service: CountingService): readonly Dependency[] {
  return readOptions({ serviceDependencies: dependenciesOn(service) }).settings.serviceDependencies
}

await t.test('50 sequential reports send one request per second to each of 20 services', async (t) => {
  const service = await startService(t)
  const { engine, clock } = setUpEngine()
  registerDependencies(engine, { serviceDependencies: settingsOf(service), cascade: [], scheme: 'http' }, '/z')
  for (let second = 1; second <= 3; second++) {
    for (let request = 0; request < REQUESTS; request++) {
      t.equal((await engine.report({ kind: 'health' })).status, 'UP')
    }
    t.equal(service.paths.length, second * DEPENDENCIES)
    await clock.pass(1_000)
  }
})

await t.test('50 concurrent reports send one request to each of 20 services', async (t) => {
  const service = await startService(t)
  const { engine } = setUpEngine()
  registerDependencies(engine, { serviceDependencies: settingsOf(service), cascade: [], scheme: 'http' }, '/z')
  const reports = Array.from({ length: REQUESTS }, async () => await engine.report({ kind: 'health' }))
  t.same((await Promise.all(reports)).map(({ status }) => status), reports.map(() => 'UP'))
  t.equal(service.paths.length, DEPENDENCIES)
})

await t.test('no request makes the app send more than one request per second and kind to a service', async (t) => {
  const service = await startService(t)
  const serviceDependencies = dependenciesOn(service)
  const { get } = await startApp(t, { serviceDependencies, cascade: ['readiness'] })
  const requests: readonly [string, Record<string, string>?, string?][] = [
    ['/z/health'], ['/z/health', {}, 'HEAD'], ['/z/health?verbose'], ['/z/health?exclude=service-1'], ['/z/health?x=1'],
    ['/z/health/service-2'], ['/z/health/service-2', {}, 'HEAD'], ['/z/health/readiness'],
    ['/z/health/readiness?exclude=service-3&verbose'],
    ['/z/health', { accept: 'application/vnd.spring-boot.actuator.v2+json' }],
    ['/z/health', { 'management-hop': '1', 'management-timeout': '50' }],
    ['/z/health', { 'cache-control': 'no-cache' }],
    ['/z/health/liveness'], ['/z/info'], ['/z/version'], ['/z']
  ]
  const startedAt = performance.now()
  for (let round = 0; round < 5; round++) {
    for (const [path, headers, method] of requests) t.match(await get(path, headers, method), { status: 200 }, path)
  }
  const seconds = 1 + Math.floor((performance.now() - startedAt) / 1_000)
  t.ok(service.paths.length <= seconds * DEPENDENCIES * 2, `${service.paths.length} requests in ${seconds} s`)
  t.same(new Set(service.paths), new Set(['/z/health', '/z/health/readiness']))
})

await t.test('a client that calls itself a peer causes no request at all', async (t) => {
  const service = await startService(t)
  const { get } = await startApp(t, { serviceDependencies: dependenciesOn(service), cascade: ['readiness'] })
  for (const hop of ['1', '', '0', 'x'.repeat(1_000)]) {
    const headers = { 'management-hop': hop }
    for (const path of ['/z/health', '/z/health/readiness', '/z/health/service-1']) await get(path, headers)
  }
  t.same(service.paths, [])
})

await t.test('50 reports on failing services write one line for each service', async (t) => {
  const service = await startService(t, '{"status":"DOWN"}')
  const { engine, log } = setUpEngine()
  registerDependencies(engine, { serviceDependencies: settingsOf(service), cascade: [], scheme: 'http' }, '/z')
  for (let request = 0; request < REQUESTS; request++) await engine.report({ kind: 'health' })
  t.equal(service.paths.length, DEPENDENCIES)
  t.equal(log.lines.length, DEPENDENCIES)
})

await t.test('a chain of services does not multiply requests', async (t) => {
  const end = await startService(t)
  const middle = await startApp(t, { serviceDependencies: dependenciesOn(end) })
  const { get } = await startApp(t, {
    serviceDependencies: Object.fromEntries(['a', 'b', 'c'].map((name) => [name, middle.url]))
  })
  for (let request = 0; request < 10; request++) t.match(await get('/z/health'), { status: 200 })
  t.same(end.paths, [], 'a service that is requested as a dependency requests no further service')
})
