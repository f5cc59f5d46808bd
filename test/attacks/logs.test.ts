import t from 'tap'
import type { CheckContext, CheckFunction } from '../../lib/index.js'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'
import { setUpEngine } from '../support/engine.js'

/** The most lines that 100 requests within seconds may cause: ten, a summary, and the line of the app's start. */
const MOST_LINES = 12
const REQUESTS = 100

const BREAKING = '\u009b31m\u202e\ncheck "db" is UP'

async function requestMany ({ get }: TestApp, path: string, headers?: Record<string, string>): Promise<void> {
  for (let request = 0; request < REQUESTS; request++) await get(path, headers)
}

/** A function whose results alternate. */
function alternating (pass: () => unknown, fail: () => unknown): CheckFunction {
  let runs = 0
  return (() => ++runs % 2 === 0 ? pass() : fail()) as CheckFunction
}

const FLAPPING: Readonly<Record<string, () => unknown>> = {
  'returns false': () => false,
  throws: () => { throw new Error(BREAKING) },
  'is out of service': () => ({ status: 'OUT_OF_SERVICE', details: { error: BREAKING } }),
  'is degraded': () => ({ status: 'DEGRADED' })
}

for (const [name, fail] of Object.entries(FLAPPING)) {
  await t.test(`a check that ${name} at every other run cannot fill the log`, async (t) => {
    const checks = { readiness: { db: alternating(() => true, fail) } }
    for (const path of ['/z/health/readiness', '/z/health', '/z/health/db']) {
      const app = await startApp(t, { checks })
      await requestMany(app, path)
      t.ok(app.lines.length <= MOST_LINES, `${path}: ${app.lines.length} lines`)
      t.match(app.lines.at(-1)?.message, /^check "db" changed 11 times in \d+ s, and is now /)
      await app.app.close()
      t.match(app.lines.at(-1), { message: /^check "db" changed 89 times in \d+ s, and is now /, changes: 89 })
    }
  })
}

await t.test('a check that times out at every other run cannot fill the log', async (t) => {
  const { engine, clock, log } = setUpEngine()
  let runs = 0
  engine.add(['readiness'], 'db', async ({ signal }: CheckContext) => {
    if (++runs % 2 === 0) return
    signal.addEventListener('abort', () => { throw new Error('no connection') })
    await new Promise((resolve) => { clock.inBackground(2, () => resolve(undefined)) })
  }, { timeout: 1, maxBackoff: 1 })
  for (let run = 0; run < REQUESTS; run++) {
    const reported = engine.report({ kind: 'readiness' })
    await clock.pass(5)
    await reported
  }
  t.ok(runs > REQUESTS / 2)
  // The check changes, hangs, and its listeners fail.
  t.ok(log.lines.length <= 3 * 11, `${log.lines.length} lines`)
})

await t.test('functions of the options that fail at every other request cannot fill the log', async (t) => {
  let requests = 0
  const fails = (): never => {
    if (++requests % 2 === 0) throw new Error('no')
    return true as never
  }
  const app = await startApp(t, { showComponents: fails, showDetails: fails, info: fails, version: fails })
  await requestMany(app, '/z/health')
  await requestMany(app, '/z/info')
  t.ok(app.lines.length <= MOST_LINES, `${app.lines.length} lines`)
})

await t.test('requests with hostile paths, queries and headers cause no line', async (t) => {
  const app = await startApp(t)
  const { length } = app.lines
  const paths = ['/health/db', `/health/${'x'.repeat(5_000)}`, '/health?exclude=%00', '/%ff', '/health/%']
  for (const path of paths) {
    await app.get(`/z${path}`, { 'management-hop': 'x', 'management-timeout': '-1', accept: ',;=' })
  }
  t.equal(app.lines.filter(({ level }) => level !== 'info').length, 0)
  await requestMany(app, '/z/health/liveness')
  t.equal(app.lines.filter(({ reqId }) => reqId === undefined).length, length)
})

await t.test('a hook of the app that refuses probes causes one line for each path and code', async (t) => {
  let requests = 0
  const app = await startApp(t, {}, {
    before: (app) => {
      app.addHook('onRequest', async (_request, reply) => await reply.code(500 + ++requests % 90).send())
    }
  })
  await requestMany(app, '/z/health/liveness')
  t.ok(app.lines.length <= 1 + 20, `${app.lines.length} lines`)
})
