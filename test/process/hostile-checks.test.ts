import { fileURLToPath } from 'node:url'
import t from 'tap'
import { fetchAnswer } from '../support/app.js'
import { Program } from '../support/process.js'

const APP = fileURLToPath(new URL('fixtures/hostile-app.ts', import.meta.url))
const UP = ['undefined', 'bigint', 'cycle', 'getter', 'huge', 'lone-surrogate']
const DOWN: Readonly<Record<string, RegExp>> = {
  'sync-throw': /^thrown at once$/,
  'throws-nothing': /^threw undefined$/,
  rejection: /^rejected$/,
  hang: /^timed out after 200 ms$/,
  'late-rejection': /^timed out after 200 ms$/,
  false: /^the check returned false$/,
  zero: /^the check returned the number 0, expected nothing, true, or an object/,
  null: /^the check returned null, expected/,
  string: /^the check returned the string "UP", expected/,
  response: /^the check returned an object of class Response whose status is the number 200, expected/,
  'query-result': /^the check returned an object with rows, expected .*; put braces around the query/,
  'bare-bigint': /^the check returned the bigint 1n, expected/,
  'status-getter': /^no status$/,
  thenable: /^no promise$/,
  proxy: /^no$/,
  symbol: /^the check returned the symbol Symbol\(UP\), expected/
}

interface Component {
  readonly status: string
  readonly details?: { readonly error?: string }
}

interface Health {
  readonly status: string
  readonly components: Readonly<Record<string, Component>>
}

await t.test('readiness answers in valid JSON although its checks break every rule', async (t) => {
  const app = new Program(t, APP)
  const url = await app.waitForLine()
  const answers = await Promise.all(Array.from({ length: 20 }, async () => {
    return await fetchAnswer(`${url}/z/health/readiness?verbose`)
  }))
  for (const { status, text, body, headers } of answers) {
    t.match({ status, headers }, { status: 503, headers: { 'content-type': 'application/json; charset=utf-8' } })
    t.match(body, { status: 'DOWN' })
    t.ok(text.length < 500_000, `${text.length} bytes`)
  }
  const { components } = answers[0]?.body as Health
  for (const name of UP) t.match(components[name], { status: 'UP' }, name)
  for (const [name, error] of Object.entries(DOWN)) {
    t.match(components[name], { status: 'DOWN', details: { error } }, name)
  }
  t.same(Object.keys(components).sort(), [...UP, ...Object.keys(DOWN)].sort())
})

await t.test('/health/NAME answers in valid JSON for each of these checks', async (t) => {
  const app = new Program(t, APP)
  const url = await app.waitForLine()
  await Promise.all([...UP, ...Object.keys(DOWN)].map(async (name) => {
    const { status, body } = await fetchAnswer(`${url}/z/health/${name}`)
    const [expectedCode, expectedStatus] = UP.includes(name) ? [200, 'UP'] : [503, 'DOWN']
    t.match({ status, body }, { status: expectedCode, body: { status: expectedStatus } }, name)
  }))
})

await t.test('late rejections are handled and standard error stays empty', async (t) => {
  const app = new Program(t, APP)
  const url = await app.waitForLine()
  const rejected = app.waitForLine(/^(rejected late)$/)
  await fetchAnswer(`${url}/z/health/readiness`)
  await rejected
  t.match(await fetchAnswer(`${url}/z/health/liveness`), { status: 200 })
  app.kill('SIGTERM')
  t.same(await app.ending, { code: null, signal: 'SIGTERM', stderr: '' })
})
