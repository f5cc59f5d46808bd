import type { FastifyReply, FastifyRequest } from 'fastify'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import type { AuthHook } from '../../lib/index.js'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'

const REPORTS = ['/z', '/z/health', '/z/health/db', '/z/health/nobody', '/z/info', '/z/version']
const PROBES = ['/z/health/liveness', '/z/health/ping', '/z/health/readiness', '/z/health/startup']
const checks = { health: { db: () => true } }

function unauthorized (): Error {
  return Object.assign(new Error('who are you?'), { statusCode: 401 })
}

async function statusesOf (get: TestApp['get'], paths: readonly string[], headers = {}): Promise<number[]> {
  return await Promise.all(paths.map(async (path) => (await get(path, headers)).status))
}

await t.test('reports answer 401 when an auth hook refuses, and probes stay open', async (t) => {
  const refusals = [
    async () => await Promise.reject(unauthorized()),
    (_request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => done(unauthorized()),
    () => { throw unauthorized() },
    async (_request: FastifyRequest, reply: FastifyReply) => {
      void reply.code(401)
      await Promise.reject(new Error('no'))
    },
    async (_request: FastifyRequest, reply: FastifyReply) => await reply.code(401).send({ no: true }),
    (_request: FastifyRequest, reply: FastifyReply, _done: () => void) => { void reply.code(401).send({ no: true }) }
  ]
  for (const auth of refusals) {
    const { get, lines } = await startApp(t, { auth, checks })
    t.same(await statusesOf(get, REPORTS), REPORTS.map(() => 401))
    t.same(await statusesOf(get, PROBES), PROBES.map(() => 200))
    t.same(lines.filter((line) => line['function'] !== undefined), [], 'a refusal is not logged as a failure')
  }
})

await t.test('reports answer when all auth hooks accept the request', async (t) => {
  const open = [
    async () => await Promise.resolve(),
    (_request: FastifyRequest, _reply: FastifyReply, done: () => void) => done()
  ]
  for (const auth of [...open, open]) {
    const { get } = await startApp(t, { auth, checks })
    t.same(await statusesOf(get, REPORTS), [200, 200, 200, 404, 200, 200])
  }
})

await t.test('auth hooks run in order until a hook refuses', async (t) => {
  const calls: string[] = []
  const first = async (): Promise<void> => { calls.push('first'); await Promise.resolve() }
  const second = async (): Promise<void> => { calls.push('second'); await Promise.reject(unauthorized()) }
  const third = async (): Promise<void> => { calls.push('third'); await Promise.resolve() }
  const { get } = await startApp(t, { auth: [first, second, third] })
  t.match(await get('/z/info'), { status: 401 })
  t.same(calls, ['first', 'second'])
})

await t.test('auth hooks receive the instance as this, the request and the reply', async (t) => {
  const { get, app } = await startApp(t, {
    async auth (request, reply) {
      t.equal(this.management, app.management)
      t.equal(request.url, '/z/info')
      t.equal(typeof reply.code, 'function')
      await Promise.resolve()
    }
  })
  t.match(await get('/z/info'), { status: 200 })
})

await t.test('reports answer a bare 403 when an auth hook fails, and the failure is logged once', async (t) => {
  const broken = [
    async () => await Promise.reject(new Error('postgres://u:p@h is away')),
    () => { throw Object.assign(new Error('postgres://u:p@h is away'), { statusCode: 503 }) },
    (_request: FastifyRequest, _reply: FastifyReply, done: (error: Error) => void) =>
      done(new Error('postgres://u:p@h is away'))
  ]
  for (const auth of broken) {
    const { get, lines } = await startApp(t, { auth, checks })
    for (const path of [...REPORTS, ...REPORTS]) {
      t.match(await get(path), { status: 403, text: '{"statusCode":403,"error":"Forbidden","message":"Forbidden"}' })
    }
    t.same(await statusesOf(get, PROBES), PROBES.map(() => 200))
    t.match(
      lines.filter((line) => line['function'] !== undefined),
      [{ level: 'warn', function: 'auth', error: 'postgres://[REDACTED]@h is away' }]
    )
    t.equal(lines.filter((line) => line['function'] !== undefined).length, 1)
  }
})

await t.test('reports answer 403 after 800 ms when an auth hook hangs', async (t) => {
  for (const auth of [
    () => new Promise(() => undefined),
    (_request: FastifyRequest, _reply: FastifyReply, _done: () => void) => undefined
  ]) {
    const { get } = await startApp(t, { auth })
    t.match(await get('/z/info'), { status: 403 })
    t.match(await get('/z/health/liveness'), { status: 200 })
  }
})

await t.test('auth hooks work with any number of declared parameters', async (t) => {
  const late = (done: (error?: Error) => void): void => { setImmediate(() => done(unauthorized())) }
  const refusing = [
    (...given: [unknown, unknown, (error?: Error) => void]) => late(given[2]),
    (_request: FastifyRequest, _reply: FastifyReply | null = null, done: (error?: Error) => void = () => undefined) =>
      late(done),
    async (_request: FastifyRequest, _reply: FastifyReply, _done: () => void) => await Promise.reject(unauthorized()),
    (_request: FastifyRequest, reply: FastifyReply) => {
      setImmediate(() => { void reply.code(401).send() })
    }
  ]
  for (const auth of refusing) {
    const { get } = await startApp(t, { auth })
    t.match(await get('/z/info'), { status: 401 })
  }
  for (const noError of [undefined, null]) {
    const { get } = await startApp(t, { auth: (_request, _reply, done) => done(noError as undefined) })
    t.match(await get('/z/info'), { status: 200 })
  }
})

await t.test('an auth hook that writes its answer slowly is not interrupted', async (t) => {
  const { get } = await startApp(t, {
    auth: (_request, reply) => {
      reply.hijack()
      reply.raw.writeHead(401).write('go ')
      setTimeout(() => reply.raw.end('away'), 900)
    }
  })
  t.match(await get('/z/info'), { status: 401, text: 'go away' })
})

await t.test('no check runs when the client disconnects during an auth hook', async (t) => {
  let signalHookCall: () => void = () => undefined
  let signalClose: () => void = () => undefined
  const closed = new Promise<void>((resolve) => { signalClose = resolve })
  const hookCalled = new Promise<void>((resolve) => { signalHookCall = resolve })
  const { url } = await startApp(t, {
    checks: { health: { db: () => t.fail('must not run') } },
    auth: (_request, reply) => {
      reply.raw.once('close', () => setImmediate(signalClose))
      signalHookCall()
    }
  })
  const controller = new AbortController()
  const request = fetch(`${url}/z/health`, { signal: controller.signal })
  await hookCalled
  controller.abort()
  await t.rejects(request)
  await closed
})

await t.test('a failing auth hook is logged once when another hook succeeds', async (t) => {
  const { get, lines } = await startApp(t, {
    auth: [async () => await Promise.resolve(), async () => await Promise.reject(new Error('broken'))]
  })
  for (let request = 0; request < 3; request++) await get('/z/info')
  t.match(lines.filter((line) => line['function'] === 'auth'), { length: 1 })
})

await t.test('a refusal keeps the code and message of the auth hook', async (t) => {
  const { get } = await startApp(t, {
    auth: async () =>
      await Promise.reject(Object.assign(new Error('not for you'), { statusCode: 403, code: 'NOT_YOU' }))
  })
  t.match(await get('/z/info'), {
    status: 403,
    text: '{"statusCode":403,"code":"NOT_YOU","error":"Forbidden","message":"not for you"}'
  })
})

await t.test('an auth hook may refuse with an error of another realm, and with a plain object', async (t) => {
  const foreign = runInNewContext('new Error("not for you")') as Error
  Object.assign(foreign, { statusCode: 403, code: 'NOT_YOU' })
  const { get, lines } = await startApp(t, { auth: async () => await Promise.reject(foreign) })
  t.match(await get('/z/info'), {
    status: 403,
    text: '{"statusCode":403,"code":"NOT_YOU","error":"Forbidden","message":"not for you"}'
  })
  const plain = await startApp(t, {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    auth: async () => await Promise.reject({ statusCode: 401, message: 'who are you?' })
  })
  t.match(await plain.get('/z/info'), { status: 401, body: { statusCode: 401, message: 'who are you?' } })
  t.same([...lines, ...plain.lines].filter((line) => line['function'] === 'auth'), [])
})

await t.test('reports wait for the thenable of an auth hook, and answer 403 if it fails', async (t) => {
  const hooks: readonly (readonly [number, object])[] = [
    [200, { then: (resolve: () => void) => { setImmediate(resolve) } }],
    [403, { then: () => { throw new Error('broken') } }],
    [403, { get then () { throw new Error('broken') } }]
  ]
  for (const [status, thenable] of hooks) {
    const { get } = await startApp(t, { auth: (() => thenable) as unknown as AuthHook })
    t.match(await get('/z/info'), { status })
  }
})

await t.test('refusals of auth hooks have Cache-Control: no-store', async (t) => {
  const { get } = await startApp(t, { auth: async () => await Promise.reject(unauthorized()) })
  t.match((await get('/z/info')).headers['cache-control'], /no-store/)
})

await t.test('register() throws when the option auth contains no hook', async (t) => {
  for (const auth of [undefined, null, [], [undefined], 'token', true]) {
    await t.rejects(startApp(t, { auth: auth as unknown as [] }), {
      code: 'FST_MANAGEMENT_OPTION_INVALID',
      message: /option "auth" must be an onRequest hook/
    })
  }
})

await t.test('probes show only a status when auth is set or the health endpoint is off', async (t) => {
  const options = {
    checks: {
      readiness: {
        'orders-db': () => { throw new Error('away') }
      }
    },
    showDetails: 'always'
  } as const
  for (const closed of [
    { auth: async () => await Promise.resolve() },
    { auth: async () => await Promise.reject(unauthorized()) },
    { endpoints: { health: false } }
  ]) {
    const { get } = await startApp(t, { ...options, ...closed })
    for (const query of ['', '?verbose', '?exclude=orders-db', '?verbose&exclude=orders-db']) {
      t.match(await get(`/z/health/readiness${query}`), { status: 503, text: '{"status":"DOWN"}' }, query)
    }
  }
})

await t.test('a function showComponents also decides for probes when auth is set', async (t) => {
  const { get } = await startApp(t, {
    checks: { readiness: { db: () => false } },
    auth: async () => await Promise.reject(unauthorized()),
    showComponents: ({ headers }) => headers['x-role'] === 'operator'
  })
  t.match(await get('/z/health/readiness?verbose'), { text: '{"status":"DOWN"}' })
  t.match(await get('/z/health/readiness?verbose', { 'x-role': 'operator' }), {
    text: '{"status":"DOWN","components":{"db":{"status":"DOWN"}}}'
  })
  t.match(await get('/z/health/readiness?exclude=db', { 'x-role': 'operator' }), { text: '{"status":"UP"}' })
})

await t.test('twenty auth hooks leave no listeners on the reply', async (t) => {
  const listeners: number[] = []
  const count: AuthHook = (_request, reply, done) => {
    listeners.push(reply.raw.listenerCount('close'))
    done()
  }
  const { get } = await startApp(t, { auth: Array.from({ length: 20 }, () => count) })
  t.match(await get('/z/info'), { status: 200 })
  t.same(new Set(listeners), new Set([listeners[0]]))
})
