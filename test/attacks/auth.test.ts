import { runInNewContext } from 'node:vm'
import type { FastifyReply } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import type { AuthHook, ManagementOptions } from '../../lib/index.js'
import { startServers } from '../hosts/fixtures/two-servers.js'
import { startApp } from '../support/app.js'
import type { Answer } from '../support/app.js'

const REPORTS = ['/z', '/z/health', '/z/health/db', '/z/health/unknown', '/z/info', '/z/version']
const OPTIONS: ManagementOptions = {
  showDetails: 'always',
  checks: { readiness: { db: () => ({ status: 'UP', details: { rows: 5 } }) } }
}

type Done = (error?: unknown, result?: unknown) => void
type HookCall = (reply: FastifyReply, done: Done) => unknown

const hookOf = (call: HookCall): AuthHook => (_request, reply, done) => call(reply, done as Done)
const hooksOf = (calls: Readonly<Record<string, HookCall>>): Readonly<Record<string, AuthHook>> =>
  Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, hookOf(call)]))

function coded (statusCode: number): Error {
  return Object.assign(new Error('no'), { statusCode })
}

function revoked<T extends object> (target: T): T {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const throwingObject = new Proxy({}, { get: () => { throw new Error('trap') }, has: () => { throw new Error('trap') } })

/** Hooks that refuse with 401, each in its own way. */
const UNAUTHORIZED = hooksOf({
  'resolves to an error with a code': async () => await Promise.resolve(coded(401)),
  'resolves to an error of another realm': async () =>
    await Promise.resolve(Object.assign(runInNewContext('new Error("no")') as Error, { status: 401 })),
  'resolves to a plain object like an error': async () => await Promise.resolve({ statusCode: 401, message: 'no' }),
  'rejects with an error': async () => await Promise.reject(coded(401)),
  'returns an error': () => coded(401),
  'throws an error': () => { throw coded(401) },
  'calls done with an error': (_reply, done) => done(coded(401)),
  'calls done, then done with an error': (_reply, done) => { done(); done(coded(401)) },
  'calls done later, then done with an error': (_reply, done) => { setImmediate(() => { done(); done(coded(401)) }) },
  'calls done with an error, then done': (_reply, done) => { done(coded(401)); done() },
  'calls done and throws': (_reply, done) => { done(); throw coded(401) },
  'calls done and rejects': async (_reply, done) => { done(); await Promise.reject(coded(401)) },
  'sets a code and resolves': async (reply) => { await Promise.resolve(); reply.code(401) },
  'sets a code and resolves to true': async (reply) => { reply.code(401); return await Promise.resolve(true) },
  'sets a code and resolves to false': async (reply) => { reply.code(401); return await Promise.resolve(false) },
  'sets a code and calls done': (reply, done) => { reply.code(401); done() },
  'sets a code and returns false': (reply) => { reply.code(401); return false },
  'sets a code and throws an error without a code': (reply) => { reply.code(401); throw new Error('no') },
  'sets statusCode and calls done': (reply, done) => { reply.statusCode = 401; done() },
  'sets the code of the raw response and resolves': async (reply) => {
    await Promise.resolve()
    reply.raw.statusCode = 401
  },
  'sets another code and throws an error': async (reply) => { reply.code(204); await Promise.reject(coded(401)) },
  'sends an answer': (reply) => { reply.code(401).send() },
  'sends an answer and calls done': (reply, done) => { reply.code(401).send(); done() },
  'sends an answer and resolves to true': async (reply) => {
    reply.code(401).send()
    return await Promise.resolve(true)
  },
  'sends an answer and resolves to the reply': async (reply) => await reply.code(401).send(),
  'sends an answer and returns the reply': (reply) => reply.code(401).send(),
  'calls done and sends an answer': (reply, done) => { done(); reply.code(401).send() },
  'writes to the raw response': (reply) => { reply.raw.writeHead(401).end() }
})

/** Hooks that refuse without a code of their own. */
const FORBIDDEN = hooksOf({
  'resolves to false': async () => await Promise.resolve(false),
  'resolves to a boxed false': async () => await Promise.resolve(Object(false) as boolean),
  'resolves to null': async () => await Promise.resolve(null),
  'resolves to 0': async () => await Promise.resolve(0),
  'resolves to an empty text': async () => await Promise.resolve(''),
  'resolves to an error without a code': async () => await Promise.resolve(new Error('no')),
  'resolves to an error with a code of the server': async () => await Promise.resolve(coded(503)),
  'resolves to a DOMException': async () => await Promise.resolve(new DOMException('no')),
  'resolves to the refusal of an authorization server': async () =>
    await Promise.resolve(new Response(null, { status: 401 })),
  'resolves to a redirect': async () => await Promise.resolve({ statusCode: 302 }),
  'resolves to the error of a request': async () => await Promise.resolve(Response.error()),
  'resolves to a code as a text': async () => await Promise.resolve({ status: '401' }),
  'resolves to an inactive token': async () => await Promise.resolve({ active: false }),
  'resolves to an answer with an error': async () => await Promise.resolve({ data: null, error: 'invalid_token' }),
  'resolves to an empty list': async () => await Promise.resolve([]),
  'resolves to a list with false': async () => await Promise.resolve([true, false]),
  'resolves to a list with an error': async () => await Promise.resolve([new Error('no')]),
  'resolves to a list with a list without results': async () => await Promise.resolve([[], undefined]),
  'resolves to a list with itself': async () => {
    const list: unknown[] = []
    list.push(list)
    return await Promise.resolve(list)
  },
  'resolves to settled promises with a rejection': async () => await Promise.allSettled([Promise.reject(coded(401))]),
  'resolves to settled promises with false': async () => await Promise.allSettled([Promise.resolve(false)]),
  'resolves to an object with throwing getters': async () =>
    await Promise.resolve({ get statusCode () { throw new Error('trap') } }),
  'returns an object with a throwing then': () => throwingObject,
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  'rejects with nothing': async () => await Promise.reject(undefined),
  'throws a text': () => { throw 'no' }, // eslint-disable-line @typescript-eslint/only-throw-error
  // eslint-disable-next-line @typescript-eslint/only-throw-error
  'throws an object with throwing getters': () => { throw throwingObject },
  'returns a thenable of false': () => ({ then: (resolve: Done) => resolve(false) }),
  'returns a function that is a thenable of false': () => Object.assign(() => true, {
    then: (resolve: Done) => { setImmediate(() => resolve(false)) }
  }),
  'returns a thenable that resolves twice': () => ({ then: (resolve: Done) => { resolve(false); resolve(true) } }),
  'returns a thenable of a thenable of false': () => ({
    then: (resolve: Done) => resolve({ then: (inner: Done) => inner(false) })
  }),
  'returns false': () => false,
  'returns an error without a code': () => new Error('no'),
  'returns the refusal of an authorization server': () => new Response(null, { status: 401 }),
  'calls done with false': (_reply, done) => done(false),
  'calls done with false as the result': (_reply, done) => done(null, false),
  'calls done with null as the result': (_reply, done) => done(undefined, null),
  'is a generator': function * () { yield true },
  'is an async generator that calls done': async function * (_reply, done) {
    done()
    yield await Promise.resolve(true)
  },
  'is a bound method': Promise.resolve.bind(Promise, false),
  'is a revoked proxy': revoked(() => true),
  'returns a revoked proxy': () => revoked({}),
  'resolves to a revoked proxy in a list': async () => await Promise.resolve([revoked({})]),
  'returns a thenable that loses its then': () => {
    let reads = 0
    return { get then () { return ++reads > 2 ? undefined : (resolve: Done) => resolve(false) } }
  },
  'throws an error that claims success': () => { throw coded(200) },
  'calls done with false later': (_reply, done) => { setImmediate(() => done(false)) },
  'calls done with 0': (_reply, done) => done(0),
  'calls done with an empty text': (_reply, done) => done(''),
  'calls done with a text': (_reply, done) => done('no'),
  'calls done with true': (_reply, done) => done(true),
  'calls done and returns false': (_reply, done) => { done(); return false },
  'calls done and resolves to false': async (_reply, done) => { done(); return await Promise.resolve(false) },
  'calls done and resolves to an error': async (_reply, done) => {
    done()
    return await Promise.resolve(new Error('no'))
  },
  'sets a code of the server and resolves': async (reply) => { await Promise.resolve(); reply.code(500) },
  'sets the code of a redirect and calls done': (reply, done) => { reply.code(302); done() },
  'sets a code that is no number': (reply, done) => { Object.assign(reply.raw, { statusCode: 'no' }); done() },
  'sets a code that does not exist': (reply, done) => { reply.code(9); done() },
  'calls a method that a reply does not have': (reply) => {
    (reply as unknown as { deny: () => void }).deny()
  }
})

/** Hooks that let every request pass, as with Fastify. */
const PASSING = hooksOf({
  'calls done': (_reply, done) => done(),
  'calls done with null': (_reply, done) => done(null),
  'calls done later': (_reply, done) => { setImmediate(done) },
  'calls done twice': (_reply, done) => { done(); done() },
  'calls done and returns true': (_reply, done) => { done(); return true },
  'calls done and returns the reply': (reply, done) => { done(); return reply },
  'returns the reply and calls done later': (reply, done) => { setImmediate(done); return reply },
  'calls done and returns a promise that never settles': (_reply, done) => {
    done()
    return new Promise(() => undefined)
  },
  'calls done later and returns a promise that never settles': (_reply, done) => {
    setImmediate(done)
    return new Promise(() => undefined)
  },
  'calls done and resolves': async (_reply, done) => { done(); await Promise.resolve() },
  resolves: async () => { await Promise.resolve() },
  'resolves to true': async () => await Promise.resolve(true),
  'resolves to a user': async () => await Promise.resolve({ name: 'operator', status: 1 }),
  'resolves to the answer of an authorization server': async () => await Promise.resolve(new Response('yes')),
  'resolves to a list of results': async () => await Promise.resolve([true, { name: 'operator' }, undefined]),
  'resolves to settled promises': async () => await Promise.allSettled([Promise.resolve({ ok: true })]),
  'calls done with a user': (_reply, done) => done(null, { name: 'operator', error: null }),
  'returns a thenable': () => ({ then: (resolve: Done) => { setImmediate(resolve) } }),
  'returns a thenable that resolves twice': () => ({ then: (resolve: Done) => { resolve(true); resolve(false) } }),
  'sets a code below 300 and headers': async (reply) => {
    await Promise.resolve()
    reply.code(202).header('x-seen', 'yes')
  },
  'writes early hints': (reply, done) => reply.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => done())
})

interface Gates {
  /** The status codes of all reports, by GET and HEAD, on both ports. */
  readonly codes: readonly number[]
  readonly isStored: boolean
  readonly hasComponents: boolean
  /** Whether the same hook shows the details of `'authorized'`. */
  readonly isAuthorized: boolean
}

/** Sends requests to three apps that use the hooks: on the app's port, on a separate port, and as `'authorized'`. */
async function pass (t: Test, auth: ManagementOptions['auth'] & object): Promise<Gates> {
  const { get } = await startApp(t, { ...OPTIONS, auth })
  const { getSeparate } = await startServers(t, { ...OPTIONS, auth })
  const open = await startApp(t, { ...OPTIONS, auth, showComponents: 'authorized' })
  const answers: Answer[] = await Promise.all(REPORTS.flatMap((path) => [
    get(path), get(path, {}, 'HEAD'), getSeparate(path)
  ]))
  const authorized = await open.get('/z/health')
  return {
    codes: [...new Set(answers.map(({ status }) => status))].sort(),
    isStored: answers.some(({ headers }) => !(headers['cache-control'] ?? 'no-store').includes('no-store')),
    hasComponents: answers.some(({ text }) => text.includes('components')),
    isAuthorized: authorized.text.includes('"rows":5')
  }
}

const REFUSED = { isStored: false, hasComponents: false, isAuthorized: false }

for (const [expected, hooks] of [[401, UNAUTHORIZED], [403, FORBIDDEN]] as const) {
  for (const [name, hook] of Object.entries(hooks)) {
    await t.test(`every report answers ${expected} when the auth hook ${name}`, async (t) => {
      t.same(await pass(t, hook), { ...REFUSED, codes: [expected] })
    })
  }
}

for (const [name, hook] of Object.entries(PASSING)) {
  await t.test(`every report answers when the auth hook ${name}`, async (t) => {
    t.same(await pass(t, hook), { codes: [200, 404], isStored: false, hasComponents: true, isAuthorized: true })
  })
}

await t.test('every report answers 401 when any of several auth hooks refuses', async (t) => {
  const accept = hookOf((_reply, done) => done())
  const refuse = hookOf(async (reply) => { await Promise.resolve(); reply.code(401) })
  for (const auth of [[refuse, accept], [accept, refuse], [accept, refuse, accept]]) {
    t.same(await pass(t, auth), { ...REFUSED, codes: [401] })
  }
})

await t.test('a hook that never sends its reply refuses after 800 ms, with the code that it has set', async (t) => {
  const hooks: readonly HookCall[] = [
    async (reply) => await reply.code(401), (reply) => reply.code(401), (reply) => { reply.code(401) }
  ]
  const gates = await Promise.all(hooks.map(async (call) => await pass(t, hookOf(call))))
  t.same(gates, hooks.map(() => ({ ...REFUSED, codes: [401] })))
})

await t.test('an async hook with done waits for done', async (t) => {
  const hook = (error?: Error): AuthHook => async (_request, _reply, done) => {
    await Promise.resolve()
    setImmediate(done as Done, error)
  }
  t.same(await pass(t, hook(coded(401))), { ...REFUSED, codes: [401] })
  t.same(await pass(t, hook()), { codes: [200, 404], isStored: false, hasComponents: true, isAuthorized: true })
})

await t.test('auth hooks stay in force when the app empties its own list', async (t) => {
  const hooks = [hookOf(async () => await Promise.resolve(false))]
  const { get } = await startApp(t, { ...OPTIONS, auth: hooks })
  hooks.length = 0
  t.match(await get('/z/health'), { status: 403 })
})

await t.test('register() throws when a list of auth hooks has a hole', async (t) => {
  const accept = hookOf((_reply, done) => done())
  for (const auth of [new Array<AuthHook>(1), Object.assign([], { 1: accept })]) {
    await t.rejects(startApp(t, { auth }), { code: 'FST_MANAGEMENT_OPTION_INVALID' })
  }
})

await t.test('a refusal without an answer passes through the app\'s error handler', async (t) => {
  const { get } = await startApp(t, { ...OPTIONS, auth: async () => await Promise.resolve(false) }, {
    before: (app) => {
      app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
        await reply.code(error.statusCode ?? 500).send({ problem: error.message })
      })
    }
  })
  t.match(await get('/z/health'), {
    status: 403, text: '{"problem":"Forbidden"}', headers: { 'cache-control': /no-store/ }
  })
})

await t.test('a refusal without an answer has the body of an error of Fastify', async (t) => {
  const bodies: Readonly<Record<number, string>> = {
    401: '{"statusCode":401,"error":"Unauthorized","message":"Unauthorized"}',
    403: '{"statusCode":403,"error":"Forbidden","message":"Forbidden"}',
    418: '{"statusCode":418,"error":"I\'m a Teapot","message":"I\'m a Teapot"}'
  }
  for (const [code, text] of Object.entries(bodies)) {
    const { get } = await startApp(t, { auth: hookOf((reply, done) => { reply.code(+code); done() }) })
    t.match(await get('/z/info'), { status: +code, text })
  }
})
