import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { http } from '../../lib/checks/index.js'
import type { ManagementOptions } from '../../lib/index.js'
import { run } from '../../lib/probe/command.js'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'
import { INVISIBLE_TEXT, invisibleIn } from '../support/invisible-texts.js'
import { listen } from '../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

const PATHS = [
  '/z', '/z/health', '/z/health?verbose', '/z/health/readiness?verbose', '/z/health/db', '/z/health/a', '/z/info',
  '/z/version'
]

/** Starts a service whose answers contain invisible characters at each place. */
async function startHostileService (test: Test, status = 200): Promise<string> {
  const body = JSON.stringify({
    status: INVISIBLE_TEXT,
    details: { [INVISIBLE_TEXT]: INVISIBLE_TEXT },
    components: { [INVISIBLE_TEXT]: { status: 'UP', details: { a: [INVISIBLE_TEXT] } } }
  })
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset="\u009b"' }).end(body)
  })
  return `http://127.0.0.1:${await listen(test, server)}/`
}

/** Requests every path, and returns the texts of the answers, the log and the channels with invisible characters. */
async function findInvisible (app: TestApp, messages: readonly unknown[]): Promise<string[]> {
  const answers = await Promise.all(PATHS.map(async (path) => await app.get(path)))
  const raw = answers.map(({ text }) => text).filter((text) => /[^\x20-\x7e\u2026]/.test(text))
  return [...raw, ...[...answers.map(({ body }) => body), app.lines, messages].flatMap((value) => invisibleIn(value))]
}

function recordMessages (test: Test): readonly unknown[] {
  const messages: unknown[] = []
  const names = ['fastify-management-endpoints:status', 'tracing:fastify-management-endpoints:check:asyncEnd']
  const record = (message: unknown): void => {
    const { fastify: _fastify, ...others } = message as Record<string, unknown>
    messages.push(others)
  }
  for (const name of names) subscribe(name, record)
  test.teardown(() => { for (const name of names) unsubscribe(name, record) })
  return messages
}

function throwing (error: unknown): () => never {
  return () => { throw error }
}

const CHECKS: Readonly<Record<string, () => unknown>> = {
  'throws an error with a cause and a code':
    throwing(Object.assign(new Error(INVISIBLE_TEXT, { cause: INVISIBLE_TEXT }), { code: INVISIBLE_TEXT })),
  'throws an error with a forged name and stack': throwing(Object.assign(new Error(INVISIBLE_TEXT), {
    name: INVISIBLE_TEXT, stack: `Error: x\n    at ${INVISIBLE_TEXT.replaceAll('\n', '')}`
  })),
  'throws an AggregateError': throwing(new AggregateError([new Error(INVISIBLE_TEXT)], INVISIBLE_TEXT)),
  'throws a text': throwing(INVISIBLE_TEXT),
  'throws a symbol': throwing(Symbol(INVISIBLE_TEXT)),
  'returns details': () => ({ status: 'DOWN', details: { error: INVISIBLE_TEXT, [INVISIBLE_TEXT]: [INVISIBLE_TEXT] } }),
  'returns parts': () => ({ status: 'DOWN', components: { [INVISIBLE_TEXT]: { status: INVISIBLE_TEXT } } }),
  'returns a Map, a Date and an error': () => ({
    status: 'DEGRADED', details: { map: new Map([[INVISIBLE_TEXT, INVISIBLE_TEXT]]), error: new Error(INVISIBLE_TEXT) }
  }),
  'returns a foreign status': () => ({ status: INVISIBLE_TEXT }),
  'returns foreign keys': () => ({ [INVISIBLE_TEXT]: 1 }),
  'returns an object of a named class': () => Object.create({ constructor: { name: INVISIBLE_TEXT } }) as unknown
}

for (const [condition, check] of Object.entries(CHECKS)) {
  await t.test(`a check that ${condition} shows no invisible character`, async (t) => {
    const messages = recordMessages(t)
    const checks = { readiness: { db: check } } as NonNullable<ManagementOptions['checks']>
    const app = await startApp(t, { showDetails: 'always', checks })
    t.same(await findInvisible(app, messages), [])
    t.ok(messages.length > 0)
  })
}

await t.test('a service shows no invisible character of its status, details and parts', async (t) => {
  const messages = recordMessages(t)
  const [url, failing] = [await startHostileService(t), await startHostileService(t, 503)]
  const app = await startApp(t, {
    showDetails: 'always',
    checks: { readiness: { db: http(url, { contains: INVISIBLE_TEXT }) } },
    serviceDependencies: { a: url, b: failing },
    cascade: ['readiness']
  })
  t.same(await findInvisible(app, messages), [])
})

await t.test('/info, /version and the reasons of the app show no invisible character', async (t) => {
  const app = await startApp(t, {
    name: INVISIBLE_TEXT,
    version: INVISIBLE_TEXT,
    serviceInstanceId: INVISIBLE_TEXT,
    showDetails: 'always',
    info: { [INVISIBLE_TEXT]: INVISIBLE_TEXT, app: { [INVISIBLE_TEXT]: 1 } }
  }, {
    after: ({ management }) => {
      management.addInfo('queue', () => ({ [INVISIBLE_TEXT]: INVISIBLE_TEXT }))
      management.addInfo('broken', throwing(new Error(INVISIBLE_TEXT)))
    }
  })
  app.app.management.takeOutOfService(INVISIBLE_TEXT)
  app.app.management.markBroken(INVISIBLE_TEXT)
  t.same(await findInvisible(app, []), [])
  const { text } = await app.get('/z/version')
  t.match(text, /\\u\{9b\}/)
})

await t.test('a request shows no invisible character of its path and query', async (t) => {
  const app = await startApp(t, { showDetails: 'always' })
  const encoded = encodeURIComponent(INVISIBLE_TEXT.slice(0, 40))
  const paths = [`/z/health/${encoded}`, `/z/health?exclude=${encoded}`, '/z/health/%9B', `/z/${encoded}`]
  const answers = await Promise.all(paths.map(async (path) => await app.get(path)))
  t.same(answers.flatMap(({ body }) => invisibleIn(body)), [])
})

await t.test('errors and warnings about options show no invisible character', async (t) => {
  const options: readonly object[] = [
    { prefix: INVISIBLE_TEXT }, { [`timeout${INVISIBLE_TEXT}`]: 1 }, { kinds: [INVISIBLE_TEXT] },
    { checks: { [INVISIBLE_TEXT]: { db: () => true } } }, { checks: { readiness: { [INVISIBLE_TEXT]: () => true } } },
    { serviceDependencies: { [INVISIBLE_TEXT]: 'http://a' } }, { serviceDependencies: { a: INVISIBLE_TEXT } },
    { statusCodes: { [INVISIBLE_TEXT]: 200 } }, { endpoints: { [INVISIBLE_TEXT]: false } },
    { logLevel: INVISIBLE_TEXT },
    { listen: { port: 0, [INVISIBLE_TEXT]: 1 } }, { shutdown: { signals: [INVISIBLE_TEXT] } }
  ]
  const outcomes = await Promise.all(options.map(async (given) =>
    await startApp(t, given).then(({ lines }) => lines, (error: unknown) => error)))
  const errors = outcomes.filter((outcome) => outcome instanceof Error)
  t.ok(errors.length >= 8)
  const texts = [...errors.map(({ message }) => message), outcomes.filter((outcome) => Array.isArray(outcome))]
  t.same(texts.flatMap((value) => invisibleIn(value)), [])
})

await t.test('management-probe prints no invisible character of an answer or an argument', async (t) => {
  const services = [await startHostileService(t), await startHostileService(t, 503)]
  const urls = [...services, INVISIBLE_TEXT, `http://${INVISIBLE_TEXT}`]
  const outputs = await Promise.all(urls.map(async (url) => {
    const output = new PassThrough({ encoding: 'utf8' })
    await run([url], { stdout: output, stderr: output })
    return String(output.read())
  }))
  const usage = /\nusage: management-probe .*$/
  t.same(outputs.flatMap((text) => invisibleIn(text.replace(/\n$/, '').replace(usage, ''))), [])
})
