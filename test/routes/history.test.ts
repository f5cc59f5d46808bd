import basicAuth from '@fastify/basic-auth'
import Fastify from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import type { HistoryEntry, ManagementOptions } from '../../lib/index.js'
import { fetchAnswer, startApp } from '../support/app.js'
import type { TestApp, TestAppOptions } from '../support/app.js'

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const NOT_FOUND = '{"statusCode":404,"error":"Not Found","message":"Not Found"}'
const SECRET = 'connect failed, password=hunter2'

/** Starts an app whose check `db` has failed and recovered. */
async function appAfterOutage (
  test: Parameters<typeof startApp>[0], options: ManagementOptions = {}, more: TestAppOptions = {}
): Promise<TestApp> {
  let fails = false
  const db = (): void => { if (fails) throw new Error(SECRET) }
  const started = await startApp(test, { checks: { readiness: { db } }, ...options }, more)
  const { management } = started.app
  for (fails of [false, true, false]) await management.health()
  return started
}

function changesIn ({ body }: { readonly body: unknown }): readonly HistoryEntry[] {
  return (body as { readonly changes: readonly HistoryEntry[] }).changes
}

await t.test('/history lists the changes without details, newest first', async (t) => {
  const { get } = await appAfterOutage(t)
  const answer = await get('/z/history')
  t.match(answer, { status: 200, headers: { 'cache-control': /no-store/, 'content-type': /^application\/json/ } })
  t.same(Object.keys(answer.body as object), ['changes'])
  t.same(changesIn(answer).map(({ time, ...others }) => ({ ...others, isTime: ISO_TIME.test(time) })), [
    { check: 'db', from: 'DOWN', to: 'UP', isTime: true },
    { check: 'db', from: 'UP', to: 'DOWN', isTime: true },
    { check: 'db', from: 'UNKNOWN', to: 'UP', isTime: true }
  ])
})

await t.test('/history contains the redacted reason and the duration when details are shown', async (t) => {
  const { get } = await appAfterOutage(t, { showDetails: 'always' })
  t.match(changesIn(await get('/z/history')), [
    { check: 'db', from: 'DOWN', to: 'UP', durationMs: Number },
    { check: 'db', from: 'UP', to: 'DOWN', error: 'connect failed, password=[REDACTED]', durationMs: Number },
    { check: 'db', from: 'UNKNOWN', to: 'UP', durationMs: Number }
  ])
})

await t.test('/history answers the same 404 when components are hidden', async (t) => {
  for (const showComponents of ['never', () => false, () => { throw new Error('broken') }] as const) {
    const { get } = await appAfterOutage(t, { showComponents, showDetails: 'always' })
    const [history, unknown] = await Promise.all([get('/z/history'), get('/z/health/unknown')])
    t.match(history, { status: 404, text: NOT_FOUND, headers: { 'cache-control': /no-store/ } })
    t.same({ ...history.headers, date: '' }, { ...unknown.headers, date: '' })
  }
})

await t.test('/history shows details only to requests that may see them', async (t) => {
  const showDetails: ManagementOptions['showDetails'] = ({ headers }) => headers['x-role'] === 'operator'
  const { get } = await appAfterOutage(t, { showDetails })
  t.notMatch((await get('/z/history')).text, /error|durationMs|connect/)
  t.match((await get('/z/history', { 'x-role': 'operator' })).text, /connect failed/)
})

await t.test('/history requires auth, also when /health is open', async (t) => {
  const before: TestAppOptions['before'] = async (app) => {
    await app.register(basicAuth, {
      authenticate: true,
      validate: async (_name, password) => { await Promise.resolve(); if (password !== 'right') throw new Error('no') }
    })
  }
  const auth: ManagementOptions['auth'] = (request, reply, done) => request.server.basicAuth(request, reply, done)
  const authorization = `Basic ${Buffer.from('ops:right').toString('base64')}`
  for (const showDetails of ['always', 'authorized'] as const) {
    const { get } = await appAfterOutage(t, { auth, showDetails }, { before })
    t.match(await get('/z/history'), { status: 401 }, showDetails)
    t.notMatch((await get('/z/history')).text, /db|connect/)
    t.match((await get('/z/history', { authorization })).text, /connect failed/)
  }
})

await t.test('/history answers HEAD like GET, and no other method', async (t) => {
  const { get } = await appAfterOutage(t)
  const [answer, head] = [await get('/z/history'), await get('/z/history', {}, 'HEAD')]
  t.match(head, { status: 200, text: '', headers: { 'content-length': String(answer.text.length) } })
  t.match(await get('/z/history', {}, 'POST'), { status: 404 })
})

await t.test('/history is absent when it is turned off, and the methods still work', async (t) => {
  const { app, get } = await appAfterOutage(t, { endpoints: { history: false } })
  t.match(await get('/z/history'), { status: 404 })
  t.equal(app.management.history().length, 3)
})

await t.test('/history runs no check', async (t) => {
  let runs = 0
  const { get } = await startApp(t, { checks: { readiness: { db: () => { runs += 1 } } } })
  t.same((await get('/z/history')).body, { changes: [] })
  t.equal(runs, 0)
})

await t.test('/history contains the changes of the lifecycle with their reasons', async (t) => {
  const { app, get } = await startApp(t, { showDetails: 'always' })
  app.management.takeOutOfService('token=hunter2 is being changed')
  app.management.putInService()
  app.management.takeOutOfService('maintenance')
  app.management.markBroken('the worker has ended')
  t.match(changesIn(await get('/z/history')), [
    { check: 'lifecycle', from: 'OUT_OF_SERVICE', to: 'DOWN', error: 'the worker has ended' },
    { check: 'lifecycle', from: 'UP', to: 'OUT_OF_SERVICE', error: 'maintenance' },
    { check: 'lifecycle', from: 'OUT_OF_SERVICE', to: 'UP', error: undefined },
    { check: 'lifecycle', from: 'UP', to: 'OUT_OF_SERVICE', error: 'token=[REDACTED] is being changed' }
  ])
  t.equal(app.management.history('lifecycle').length, 4)
})

await t.test('drain() is in the history', async (t) => {
  const { app } = await startApp(t)
  await app.management.drain(0)
  t.match(app.management.history(), [{ check: 'lifecycle', from: 'UP', to: 'OUT_OF_SERVICE', error: 'draining' }])
})

await t.test('a removed check keeps its history, and a check that is added again continues it', async (t) => {
  const { app: { management } } = await startApp(t)
  const add = (): void => management.addCheck('health', 'db', () => true)
  add()
  await management.health()
  management.removeCheck('db')
  add()
  await management.health()
  t.same(management.history('db').map(({ from, to }) => [from, to]), [
    ['UNKNOWN', 'UP'], ['UP', 'UNKNOWN'], ['UNKNOWN', 'UP']
  ])
})

await t.test('the separate port serves /history', async (t) => {
  const app = Fastify({ forceCloseConnections: true })
  t.teardown(async () => await app.close())
  await app.register(management, { listen: { port: 0, host: '127.0.0.1' }, prefix: '/' })
  await app.ready()
  app.management.takeOutOfService('maintenance')
  const [address] = app.management.addresses()
  if (typeof address !== 'object') throw new Error('the separate port has no address')
  t.match(await fetchAnswer(`http://127.0.0.1:${address.port}/history`), {
    status: 200, body: { changes: [{ check: 'lifecycle', from: 'UP', to: 'OUT_OF_SERVICE' }] }
  })
})

await t.test('components have since and lastFailure when details are shown', async (t) => {
  const { app, get } = await appAfterOutage(t, { showDetails: 'always' })
  const [recovery] = app.management.history('db')
  const expected = { status: 'UP', since: recovery?.time, lastFailure: { time: ISO_TIME, error: /^connect failed/ } }
  for (const [path, body] of [
    ['/z/health/db', expected],
    ['/z/health', { components: { db: expected } }],
    ['/z/health/readiness?verbose', { components: { db: expected } }]
  ] as const) t.match((await get(path)).body, body, path)
  const accept = 'application/vnd.spring-boot.actuator.v3+json'
  t.match((await get('/z/health', { accept })).body, { components: { db: expected } })
})

await t.test('components are exactly a status when details are hidden', async (t) => {
  const { get } = await appAfterOutage(t)
  t.equal((await get('/z/health/db')).text, '{"status":"UP"}')
  t.equal((await get('/z/health')).text, '{"status":"UP","components":{"db":{"status":"UP"}}}')
})
