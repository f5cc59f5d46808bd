import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import { PassThrough } from 'node:stream'
import { inspect } from 'node:util'
import t from 'tap'
import { http } from '../../lib/checks/index.js'
import type { CheckFunction, ManagementOptions } from '../../lib/index.js'
import { run } from '../../lib/probe/command.js'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'
import { listen } from '../support/loopback.js'
import { ORDINARY_TEXTS, SECRETS, TEXTS_WITH_SECRET } from '../support/secret-texts.js'

type Test = Pick<typeof t, 'teardown'>

/** A few texts of each form. The tests of `redactText()` read all of them. */
const TEXTS = Object.values(TEXTS_WITH_SECRET).flatMap((texts) => texts.slice(0, 6))

/** Adds a check for each text, all checks of one way to report it. */
async function appWith (test: Test, check: (text: string) => CheckFunction): Promise<TestApp> {
  const checks = Object.fromEntries(TEXTS.map((text, at) => [`c${at}`, check(text)]))
  return await startApp(test, { showDetails: 'always', checks: { health: checks } })
}

/** Returns the texts whose secret is in their component. */
async function leaksOf ({ get }: TestApp): Promise<readonly string[]> {
  const { body } = await get('/z/health')
  const { components } = body as { components: Record<string, unknown> }
  return TEXTS.filter((_text, at) => SECRETS.test(JSON.stringify(components[`c${at}`])))
}

/** Everything that is logged, also errors with their stacks and causes. */
function logged ({ lines }: TestApp): string {
  return inspect(lines, { depth: 10, maxArrayLength: null, maxStringLength: null })
}

const WAYS: Readonly<Record<string, (text: string) => CheckFunction>> = {
  'a thrown error': (text) => () => { throw new Error(text) },
  'a thrown text': (text) => () => { throw text as unknown as Error },
  'a cause': (text) => () => { throw new Error('failed', { cause: new Error(text) }) },
  'an AggregateError': (text) => () => { throw new AggregateError([new Error(text)], 'failed') },
  details: (text) => () => ({ status: 'DOWN', details: { note: text, list: [text], error: text } }),
  'details of parts': (text) => () =>
    ({ status: 'DOWN', components: { a: { status: 'DOWN', details: { note: text } } } }),
  'a text that is cut': (text) => () => { throw new Error('x '.repeat(7_990) + text) }
}

for (const [way, check] of Object.entries(WAYS)) {
  await t.test(`secrets in ${way} reach neither answers nor the log nor the channels`, async (t) => {
    const messages: unknown[] = []
    const record = (message: unknown): void => {
      const { fastify: _fastify, ...others } = message as Record<string, unknown>
      messages.push(others)
    }
    subscribe('fastify-management-endpoints:status', record)
    t.teardown(() => unsubscribe('fastify-management-endpoints:status', record))
    const app = await appWith(t, check)
    t.same(await leaksOf(app), [])
    t.notMatch(logged(app), SECRETS)
    t.ok(messages.length >= TEXTS.length)
    t.notMatch(inspect(messages, { depth: 10, maxArrayLength: null }), SECRETS)
  })
}

await t.test('ordinary messages stay readable', async (t) => {
  // Reasons contain only the explanation of an OpenSSL message.
  const texts = ORDINARY_TEXTS.filter((text) => !text.startsWith('error:'))
  const checks = Object.fromEntries(texts.map((text, at) => [`c${at}`, () => { throw new Error(text) }]))
  const { get } = await startApp(t, { showDetails: 'always', checks: { health: checks } })
  const { components } = (await get('/z/health')).body as { components: Record<string, { details: { error: string } }> }
  t.same(texts.map((_text, at) => components[`c${at}`]?.details.error), texts)
})

await t.test('a password survives no cut of a long text', async (t) => {
  const url = ' postgres://u:abcdefghijkl@db/'
  const checks = Object.fromEntries(Array.from({ length: url.length }, (_, at) => {
    const text = 'token='.padEnd(16_000 - at, 'x') + url
    return [`c${at}`, () => { throw new Error(text) }]
  }))
  const app = await startApp(t, { showDetails: 'always', checks: { health: checks } })
  t.notMatch((await app.get('/z/health')).text, /abc/)
  t.notMatch(logged(app), /abc/)
})

await t.test('/info and /version show no secret of their sources', async (t) => {
  const leaks = await Promise.all(Object.values(TEXTS_WITH_SECRET).map(async ([text = '', ...others]) => {
    const { get } = await startApp(t, { name: text, version: text, info: { note: text, list: others } })
    const answers = [await get('/z/info'), await get('/z/version')]
    return answers.filter((answer) => SECRETS.test(answer.text))
  }))
  t.same(leaks.flat(), [])
})

await t.test('secrets in the answer of a service reach neither answers nor the log', async (t) => {
  const server = createServer((request, response) => {
    const text = TEXTS[Number(request.url?.slice(1))] ?? ''
    response.end(JSON.stringify({ status: text, details: { note: text } }))
  })
  const url = `http://127.0.0.1:${await listen(t, server)}`
  const app = await startApp(t, {
    showDetails: 'always',
    checks: {
      health: Object.fromEntries(TEXTS.map((_text, at) => [`c${at}`, http(`${url}/${at}`, { contains: '{}' })]))
    },
    serviceDependencies: Object.fromEntries(TEXTS.map((_text, at) => [`d${at}`, `${url}/${at}`]))
  } satisfies ManagementOptions)
  t.notMatch((await app.get('/z/health')).text, SECRETS)
  t.notMatch(logged(app), SECRETS)
})

await t.test('management-probe prints no secret of an answer', async (t) => {
  const server = createServer((request, response) => {
    const text = TEXTS[Number(request.url?.slice(1))] ?? ''
    response.writeHead(503).end(text)
  })
  const url = `http://127.0.0.1:${await listen(t, server)}`
  const leaks: string[] = []
  for (const [at, text] of TEXTS.entries()) {
    const output = new PassThrough({ encoding: 'utf8' })
    await run([`${url}/${at}`], { stdout: output, stderr: output })
    if (SECRETS.test(String(output.read()))) leaks.push(text)
  }
  t.same(leaks, [])
})
