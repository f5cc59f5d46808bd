import basicAuth from '@fastify/basic-auth'
import bearerAuth from '@fastify/bearer-auth'
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { AuthHook, ManagementOptions } from '../../lib/index.js'
import { startApp } from '../support/app.js'
import type { Answer, TestApp } from '../support/app.js'

type Test = Parameters<typeof startApp>[0]

const AUTHORIZED = { 'x-key': 'right' }
const HIDDEN = '{"status":"UP","components":{"db":{"status":"UP"}}}'
const checks = { readiness: { db: () => ({ status: 'UP' as const, details: { rows: 5 } }) } }

const byKey: AuthHook = async (request, reply) => {
  if (request.headers['x-key'] !== 'right') await reply.code(401).header('x-leak', 'yes').send('refused')
}

async function start (test: Test, auth: AuthHook | AuthHook[], options: ManagementOptions = {}): Promise<TestApp> {
  return await startApp(test, { checks, showDetails: 'authorized', auth, ...options })
}

function hasDetails ({ text }: Answer): boolean {
  return text.includes('"rows":5')
}

/** Hooks that refuse every request, each in its own way. */
const REFUSING: Readonly<Record<string, AuthHook>> = {
  'calls done with an error': (_request, _reply, done) => done(Object.assign(new Error('no'), { statusCode: 401 })),
  'calls done with an error without a code': (_request, _reply, done) => done(new Error('no')),
  'calls done later with an error': (_request, _reply, done) => { setImmediate(() => done(new Error('no'))) },
  throws: () => { throw new Error('no') },
  'throws no error': () => { throw 'no' }, // eslint-disable-line @typescript-eslint/only-throw-error
  rejects: async () => await Promise.reject(new Error('no')),
  'resolves to false': async () => await Promise.resolve(false),
  'resolves to an error': async () => await Promise.resolve(new Error('no')),
  'sends an answer': async (_request, reply) => await reply.code(401).header('x-leak', 'yes').send('refused'),
  'returns the answered reply': async (_request, reply) => reply.code(418).send({}),
  'sends an answer and then calls done': (_request, reply, done) => { void reply.code(401).send(); done() },
  'calls callNotFound': (_request, reply) => { reply.callNotFound() },
  'redirects to a login': (_request, reply) => reply.redirect('/login'),
  hijacks: (_request, reply) => { reply.hijack() },
  'writes to the raw response': (_request, reply) => { reply.raw.setHeader('x-leak', 'yes'); reply.raw.end('refused') },
  'writes the raw head': (_request, reply) => { reply.raw.writeHead(500, { 'x-leak': 'yes' }) },
  'calls a decorator that answers': (_request, reply) => { (reply as unknown as { deny: () => void }).deny() },
  'calls a method that the recorder lacks': async (_request, reply) => {
    await Promise.resolve(reply.getSerializationFunction('200')?.({}))
  }
}

function decorate (app: FastifyInstance): void {
  app.decorateReply('deny', function (this: { code: (code: number) => { send: () => void } }) { this.code(403).send() })
}

for (const [name, hook] of Object.entries(REFUSING)) {
  await t.test(`/health stays open and hides details when the auth hook ${name}`, async (t) => {
    const { get } = await startApp(t, { checks, showDetails: 'authorized', auth: hook }, { before: decorate })
    const answer = await get('/z/health')
    t.match(answer, { status: 200, text: HIDDEN, headers: { 'cache-control': /no-store/ } })
    t.same(Object.keys(answer.headers).filter((header) => header.startsWith('x-') || header === 'location'), [])
    t.match(await get('/z/health/db'), { status: 200, text: '{"status":"UP"}' })
  })
}

/** Hooks that accept every request. */
const ACCEPTING: Readonly<Record<string, AuthHook>> = {
  'calls done': (_request, _reply, done) => done(),
  'calls done later': (_request, _reply, done) => { setImmediate(() => done()) },
  resolves: async () => { await Promise.resolve() },
  'resolves to a user': async () => await Promise.resolve({ name: 'operator' }),
  'sets headers, a code and a user': async (request, reply) => {
    Object.assign(request, { user: 'operator' })
    reply.header('x-leak', 'yes').headers({ 'x-more': 'yes' }).removeHeader('x-more').status(204).type('text/plain')
    reply.statusCode = 202
    Object.assign(reply, { note: 'kept' })
    const { statusCode, sent, raw, note } = reply as typeof reply & { note: string }
    const seen = [
      statusCode, sent, note, reply.getHeader('X-Leak'), reply.hasHeader('x-more'), reply.getHeaders(), 'note' in reply,
      'sent' in reply, 'statusCode' in reply, 'send' in reply, Reflect.get(reply, Symbol('any')),
      reply.request === request
    ]
    raw.setHeader('x-raw', 'yes')
    raw.removeHeader('x-raw')
    raw.statusCode = 200
    raw.once('close', () => undefined).on('close', () => undefined)
    const expected = JSON.stringify(
      [202, false, 'kept', 'yes', false, { 'x-leak': 'yes' }, false, true, true, true, null, true]
    )
    const isFine = JSON.stringify(seen) === expected && raw.statusCode === 200 && !raw.headersSent && !raw.writableEnded
    await Promise.resolve()
    if (!isFine) throw new Error(JSON.stringify(seen))
  }
}

for (const [name, hook] of Object.entries(ACCEPTING)) {
  await t.test(`/health shows details when the auth hook ${name}`, async (t) => {
    const { get, lines } = await start(t, hook)
    const answer = await get('/z/health')
    t.match(answer, { status: 200, headers: { 'content-type': /^application\/json/ } })
    t.ok(hasDetails(answer), JSON.stringify(lines))
    t.same(Object.keys(answer.headers).filter((header) => header.startsWith('x-')), [])
  })
}

await t.test('a hook that hangs refuses, and so does a hook that awaits its unanswered reply', async (t) => {
  for (const hook of [
    (async () => await new Promise(() => undefined)) as AuthHook,
    (async (_request, reply) => await reply) as AuthHook
  ]) {
    const { get, lines } = await start(t, hook)
    t.match(await get('/z/health'), { status: 200, text: HIDDEN })
    const failures = lines.filter(({ function: name }) => name === 'auth')
    t.match(failures, [{ message: 'the function "auth" fails', error: 'timed out after 800 ms' }])
  }
})

await t.test('every hook must accept the request, and each runs once', async (t) => {
  const calls: string[] = []
  const first: AuthHook = (_request, _reply, done) => { calls.push('first'); done() }
  const second: AuthHook = async (request, reply) => {
    calls.push('second')
    await byKey.call(request.server, request, reply, () => undefined)
  }
  const { get } = await start(t, [first, second], { showComponents: 'authorized' })
  t.match(await get('/z/health'), { status: 200, text: '{"status":"UP"}' })
  t.ok(hasDetails(await get('/z/health', AUTHORIZED)))
  t.same(calls, ['first', 'second', 'first', 'second'])
})

await t.test('a refused request gets the same 404 for every name, and runs no check', async (t) => {
  let runs = 0
  const { get } = await start(t, byKey, {
    showComponents: 'authorized', checks: { readiness: { db: () => { runs += 1; return false } } }
  })
  const [known, unknown] = [await get('/z/health/db'), await get('/z/health/nobody')]
  t.match(known, { status: 404 })
  t.equal(known.text, unknown.text)
  t.equal(runs, 0)
  t.match(await get('/z/health?exclude=db'), { status: 503, text: '{"status":"DOWN"}' }, 'exclude is ignored')
  t.match(await get('/z/health/db', AUTHORIZED), { status: 503 })
  t.match(await get('/z/health?exclude=db', AUTHORIZED), { status: 200 })
})

await t.test('all other reports still require auth', async (t) => {
  const { get } = await start(t, byKey)
  for (const path of ['/z', '/z/history', '/z/info', '/z/version']) {
    t.match(await get(path), { status: 401 }, path)
    t.match(await get(path, AUTHORIZED), { status: 200 }, path)
  }
})

await t.test('probes show no authorized data, and run no hook', async (t) => {
  let calls = 0
  const count: AuthHook = (_request, _reply, done) => { calls += 1; done() }
  for (const showComponents of ['authorized', 'always'] as const) {
    const { get } = await start(t, count, { showComponents })
    const { status, text } = await get('/z/health/readiness?verbose&exclude=nobody', AUTHORIZED)
    t.same([status, text], [200, showComponents === 'always' ? HIDDEN : '{"status":"UP"}'])
  }
  t.equal(calls, 0)
})

await t.test('only requests that pass @fastify/basic-auth see details', async (t) => {
  const { get } = await startApp(t, {
    checks,
    showDetails: 'authorized',
    auth: function (this: FastifyInstance, request, reply, done) {
      this.basicAuth(request, reply, done)
    }
  }, {
    before: async (app) => {
      await app.register(basicAuth, {
        authenticate: true,
        validate: async (user, password) => {
          await Promise.resolve()
          if (user !== 'operator' || password !== 'right') throw new Error('wrong')
        }
      })
    }
  })
  const login = (text: string): Record<string, string> => {
    return { authorization: `Basic ${Buffer.from(text).toString('base64')}` }
  }
  for (const headers of [{}, login('operator:wrong'), { authorization: 'Basic' }]) {
    const answer = await get('/z/health', headers)
    t.match(answer, { status: 200, text: HIDDEN })
    t.equal(answer.headers['www-authenticate'], undefined)
  }
  t.ok(hasDetails(await get('/z/health', login('operator:right'))))
  t.match(await get('/z/info'), { status: 401, headers: { 'www-authenticate': /^Basic/ } })
})

await t.test('only requests that pass @fastify/bearer-auth see details', async (t) => {
  const { get } = await startApp(t, {
    checks,
    showDetails: 'authorized',
    auth: function (this: FastifyInstance, request, reply, done) {
      const { verifyBearerAuth } = this
      if (verifyBearerAuth === undefined) throw new Error('not registered')
      verifyBearerAuth(request, reply, done)
    }
  }, { before: async (app) => { await app.register(bearerAuth, { keys: new Set(['right']), addHook: false }) } })
  t.match(await get('/z/health'), { status: 200, text: HIDDEN })
  t.match(await get('/z/health', { authorization: 'Bearer wrong' }), { status: 200, text: HIDDEN })
  t.ok(hasDetails(await get('/z/health', { authorization: 'Bearer right' })))
})

await t.test('the OpenAPI document has the answer 403 only for the reports that require auth', async (t) => {
  const { app } = await startApp(t, { checks, showDetails: 'authorized', auth: byKey }, {
    before: async (app) => { await app.register(swagger, { openapi: {} }) }
  })
  const paths = app.swagger().paths as Readonly<Record<string, { readonly get: { readonly responses: object } }>>
  const closed = Object.entries(paths).filter(([, { get }]) => '403' in get.responses).map(([path]) => path)
  t.same(closed.sort(), ['/z/', '/z/history', '/z/info', '/z/version'].filter((path) => path in paths))
})
