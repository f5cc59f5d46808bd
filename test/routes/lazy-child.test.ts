import Fastify from 'fastify'
import type { FastifyBaseLogger } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import management from '../../lib/index.js'
import { lazyChildren } from '../../lib/routes/lazy-child.js'

interface PinoLogger extends FastifyBaseLogger {
  bindings (): object
  setBindings (bindings: object): void
  isLevelEnabled (level: string): boolean
}

/** Sends two probes to an app whose hook uses the log of the request. Returns the lines of the log. */
async function linesOf (t: Test, use: (log: PinoLogger) => void, options: object = {}): Promise<object[]> {
  const lines: string[] = []
  const stream = { write: (line: string) => lines.push(line) }
  const app = Fastify({ logger: { level: 'info', stream, ...options } })
  t.teardown(async () => { await app.close() })
  app.addHook('onRequest', (request, _reply, done) => {
    use(request.log as PinoLogger)
    done()
  })
  await app.register(management)
  for (const id of ['req-1', 'req-2']) {
    t.match(await app.inject('/z/health/liveness'), { statusCode: 200, body: '{"status":"UP"}' }, id)
  }
  return lines.map((line) => JSON.parse(line) as object)
}

await t.test('the log of a probe is silent, and knows the request', async (t) => {
  const seen: unknown[] = []
  t.same(await linesOf(t, (log) => {
    log.error('hidden')
    log.child({ part: 'a' }).child({ part: 'b' }).fatal('hidden')
    seen.push(log.bindings(), log.level, log.isLevelEnabled('fatal'))
  }), [])
  t.same(seen, [{ reqId: 'req-1' }, 'silent', false, { reqId: 'req-2' }, 'silent', false])
})

await t.test('bindings that a hook adds to the log of a probe do not reach the next probe', async (t) => {
  const seen: unknown[] = []
  await linesOf(t, (log) => {
    log.setBindings({ user: 1 })
    seen.push(log.bindings())
  })
  t.same(seen, [{ reqId: 'req-1', user: 1 }, { reqId: 'req-2', user: 1 }])
})

await t.test('a child of the log can have its own level, and its lines have the id of the request', async (t) => {
  const lines = await linesOf(t, (log) => {
    log.child({ part: 'a' }, { level: 'info' }).info('shown')
    const child = log.child({ part: 'b' })
    child.level = 'warn'
    child.info('hidden')
    child.warn('shown')
  })
  t.match(lines, ['req-1', 'req-2'].flatMap((reqId) => [{ reqId, part: 'a' }, { reqId, part: 'b' }]))
  t.equal(lines.length, 4)
})

await t.test('a hook can set the level of the log, for this probe only', async (t) => {
  let isFirst = true
  const lines = await linesOf(t, (log) => {
    if (isFirst) log.level = 'info'
    isFirst = false
    log.info(`now ${log.level}`)
  })
  t.match(lines, [{ reqId: 'req-1', msg: 'now info' }, { reqId: 'req-1', msg: 'request completed' }])
  t.equal(lines.length, 2)
})

await t.test('an app that watches its child loggers sees one child for each probe', async (t) => {
  const seen: unknown[] = []
  await linesOf(t, () => undefined, {
    onChild: (child: PinoLogger) => { if ('reqId' in child.bindings()) seen.push(child.bindings()) }
  })
  t.same(seen, [{ reqId: 'req-1' }, { reqId: 'req-2' }])
})

await t.test('lazyChildren() returns undefined for a logger without the field onChild', (t) => {
  t.equal(lazyChildren({} as never), undefined)
  t.end()
})
