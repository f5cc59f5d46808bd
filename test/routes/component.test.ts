import t from 'tap'
import { startApp } from '../support/app.js'

const NOT_FOUND = '{"statusCode":404,"error":"Not Found","message":"Not Found"}'

await t.test('/health/NAME runs only that check, and answers with the code of its status', async (t) => {
  let others = 0
  const checks = {
    readiness: {
      db: () => true,
      bad: () => ({ status: 'OUT_OF_SERVICE' as const }),
      other: () => { others += 1 }
    }
  }
  const { get } = await startApp(t, { checks })
  t.match(await get('/z/health/db'), {
    status: 200,
    text: '{"status":"UP"}',
    headers: { 'content-type': 'application/json; charset=utf-8' }
  })
  t.match(await get('/z/health/bad'), { status: 503, text: '{"status":"OUT_OF_SERVICE"}' })
  t.equal(others, 0)
})

await t.test('/health/NAME shows details when showDetails is always', async (t) => {
  const { get } = await startApp(t, { checks: { health: { db: () => false } }, showDetails: 'always' })
  t.match((await get('/z/health/db')).body, {
    status: 'DOWN',
    details: { error: 'the check returned false' },
    time: String,
    durationMs: Number
  })
})

await t.test('other names below /health/ answer 404 in JSON, unchanged by the app', async (t) => {
  const { get } = await startApp(t, {}, {
    before: (app) => {
      app.setErrorHandler(async (_error, _request, reply) => await reply.code(418).send('reshaped'))
      app.setNotFoundHandler(async (_request, reply) => await reply.code(404).send('host'))
      app.addHook('preSerialization', async (_request, _reply, payload) => await Promise.resolve({ wrapped: payload }))
    }
  })
  for (const name of [
    'nobody', '', 'a/b', 'liveness/x', '..%2f..', 'constructor', '__proto__', '*', 'x'.repeat(300), 'a%20b', '%00'
  ]) {
    const answer = await get(`/z/health/${name}`)
    t.match(
      answer,
      { status: 404, text: NOT_FOUND, headers: { 'content-type': 'application/json; charset=utf-8' } },
      name.slice(0, 20)
    )
  }
})

await t.test('the app handles malformed URLs, other methods and other paths', async (t) => {
  const { get } = await startApp(t, {}, {
    before: (app) => {
      app.setNotFoundHandler(async (_request, reply) => await reply.code(404).send('host'))
    }
  })
  t.equal((await get('/z/nothing')).text, 'host')
  t.equal((await get('/z/health', {}, 'POST')).text, 'host')
  t.match(await get('/z/health/%zz'), { status: 400 })
})

await t.test('/health/NAME accepts 100 letters when the app has a lower maxParamLength', async (t) => {
  const name = 'x'.repeat(100)
  const { get } = await startApp(
    t,
    { checks: { health: { [name]: () => true } } },
    { fastify: { routerOptions: { maxParamLength: 5 } } }
  )
  t.match(await get(`/z/health/${name}`), { status: 200 })
})

await t.test('checks can have the names of Object.prototype members', async (t) => {
  const { get } = await startApp(t, {
    checks: { health: Object.fromEntries(['constructor', 'toString', 'valueOf'].map((name) => [name, () => true])) }
  })
  for (const name of ['constructor', 'toString', 'valueOf']) {
    t.match(await get(`/z/health/${name}`), { status: 200, text: '{"status":"UP"}' })
  }
  t.equal(
    (await get('/z/health')).text,
    '{"status":"UP","components":{"constructor":{"status":"UP"},"toString":{"status":"UP"},"valueOf":{"status":"UP"}}}'
  )
})

await t.test('known and unknown names answer the same 404 when components are hidden', async (t) => {
  const { get } = await startApp(t, {
    checks: { health: { db: () => t.fail('must not run') } },
    showComponents: 'never'
  })
  const [known, unknown] = [await get('/z/health/db'), await get('/z/health/nobody')]
  t.match(known, { status: 404, text: NOT_FOUND })
  t.same({ ...known.headers, date: '' }, { ...unknown.headers, date: '' })
})
