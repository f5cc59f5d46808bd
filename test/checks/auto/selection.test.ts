import t from 'tap'
import { startApp } from '../../support/app.js'
import type { TestApp } from '../../support/app.js'
import { Selection } from '../../../lib/checks/auto/selection.js'
import { readOptions } from '../../support/options.js'
import type { AutoChecksOption } from '../../../lib/index.js'

const CODE = 'FST_MANAGEMENT_OPTION_INVALID'

/** Fits the decorators of @fastify/postgres and @fastify/redis. */
const PG = { query: () => undefined }
const REDIS = { get: () => null, on: () => undefined, listenerCount: () => 1, ping: () => 'PONG', status: 'ready' }

async function start (
  test: Pick<typeof t, 'teardown'>, autoChecks: AutoChecksOption, decorators?: Readonly<Record<string, unknown>>
): Promise<TestApp> {
  return await startApp(test, { autoChecks }, {
    after (app) {
      const given = decorators ?? { pg: { users: { ...PG }, orders: { ...PG } }, redis: { ...REDIS } }
      for (const [name, value] of Object.entries(given)) app.decorate(name, value)
    }
  })
}

async function namesOf ({ app }: TestApp, kind: 'health' | 'readiness' | 'startup' = 'health'): Promise<string[]> {
  const names = Object.keys((await app.management.health(kind)).components)
  return names.filter((name) => name !== 'lifecycle').sort()
}

await t.test('include and exclude select checks by name, decorator and type', async (t) => {
  const all = ['postgres.orders', 'postgres.users', 'redis']
  const cases: readonly (readonly [AutoChecksOption, readonly string[]])[] = [
    [{}, all],
    [{ include: ['postgres'] }, ['postgres.orders', 'postgres.users']],
    [{ include: ['pg.users', 'redis'] }, ['postgres.users', 'redis']],
    [{ exclude: ['postgres.users'] }, ['postgres.orders', 'redis']],
    [{ include: ['pg'], exclude: ['pg.orders'] }, ['postgres.users']],
    [{ exclude: ['postgres', 'redis'] }, []],
    [{ include: undefined, exclude: undefined, kinds: undefined }, all]
  ]
  for (const [options, names] of cases) t.same(await namesOf(await start(t, options)), names, JSON.stringify(options))
})

await t.test('kinds sets the kinds of all checks, or by name: the most exact name counts', async (t) => {
  const kinds = { postgres: 'readiness', 'pg.users': ['startup', 'readiness'], redis: undefined } as const
  const app = await start(t, { kinds })
  t.same(await namesOf(app, 'readiness'), ['postgres.orders', 'postgres.users'])
  t.same(await namesOf(app, 'startup'), ['postgres.users'])
  t.same(await namesOf(app), ['postgres.orders', 'postgres.users', 'redis'])
  const all = await start(t, { kinds: 'readiness', exclude: ['redis'] })
  t.same(await namesOf(all, 'readiness'), ['postgres.orders', 'postgres.users'])
})

await t.test('the app does not start if a name is mistyped, and the error names the clients', async (t) => {
  const cases: readonly (readonly [AutoChecksOption, string, string])[] = [
    [{ include: ['redis', 'postgers'] }, 'autoChecks.include[1]', 'postgres'],
    [{ exclude: ['postgres.user'] }, 'autoChecks.exclude[0]', 'postgres.users'],
    [{ kinds: { Redis: 'readiness' } }, 'autoChecks.kinds.Redis', 'redis'],
    [{ exclude: ['kyseley'] }, 'autoChecks.exclude[0]', 'kysely']
  ]
  for (const [options, path, similar] of cases) {
    await t.rejects(start(t, options), {
      code: CODE,
      message: new RegExp(`option "${path.replace(/[[\].]/g, '\\$&')}" must be the name of a client: ` +
        `autoChecks found .*postgres\\.users.* \\(did you mean "${similar}"\\?\\)`)
    })
  }
  await t.rejects(start(t, { include: ['redis'], exclude: ['redi'] }, {}), { message: /autoChecks found none / })
})

await t.test('a warning lists the names that no client has', async (t) => {
  const { lines } = await start(t, { include: ['redis', 'kafka'], exclude: ['billing'], kinds: { redis2: 'health' } })
  const options = {
    'autoChecks.include[1]': 'kafka', 'autoChecks.exclude[0]': 'billing', 'autoChecks.kinds.redis2': 'redis2'
  }
  t.match(lines.filter(({ level }) => level === 'warn'), [{
    options, found: ['postgres.users', 'postgres.orders', 'redis'], message: /^autoChecks found no client for some names/
  }])
  const silent = await start(t, { include: ['redis'], exclude: ['pg'] })
  t.same(silent.lines.filter(({ level }) => level === 'warn'), [])
})

await t.test('a client that is left out keeps its name', async (t) => {
  const redis = { 'a b': { ...REDIS }, a_b: { ...REDIS } }
  t.same(await namesOf(await start(t, {}, { redis })), ['redis.a_b', 'redis.a_b-2'])
  t.same(await namesOf(await start(t, { exclude: ['redis.a b'] }, { redis })), ['redis.a_b-2'])
})

await t.test('autoChecks names the path of a wrong value', (t) => {
  const cases: readonly (readonly [unknown, RegExp, string?])[] = [
    [{ kinds: { postgres: 'liveness' } }, /^option "autoChecks.kinds.postgres" must be kinds other than liveness, got/],
    [{ kinds: 'liveness' }, /^option "autoChecks.kinds" must be kinds other than liveness/],
    [{ kinds: { upstream: 'readiness' } }, /^option "autoChecks.kinds.upstream" must be "health", because an upstream/],
    [{ kinds: { 'upstream.api': ['health', 'startup'] } }, /^option "autoChecks.kinds.upstream.api" must be "health"/],
    [{ include: [] }, /^option "autoChecks.include" must be an array that is not empty/],
    [{ include: 'postgres' }, /^option "autoChecks.include" must be an array/],
    [{ exclude: [7] }, /^option "autoChecks.exclude\[0\]" must be a string that is not empty, got the number 7/],
    [{ exlude: [] }, /^unknown option "autoChecks.exlude" \(did you mean "exclude"\?\)/],
    [{ kinds: { postgres: 'readines' } }, /did you mean "readiness"/, 'FST_MANAGEMENT_KIND_UNKNOWN'],
    [{ kinds: { postgres: [] } }, /unknown kind/, 'FST_MANAGEMENT_KIND_UNKNOWN']
  ]
  for (const [autoChecks, message, code = CODE] of cases) {
    t.throws(() => readOptions({ autoChecks }), { code, message })
  }
  t.same(readOptions({ autoChecks: { kinds: { upstream: 'health' } } }).settings.autoChecks, {
    include: undefined, exclude: [], kinds: ['health'], byName: [['upstream', ['health']]]
  })
  t.end()
})

await t.test('a simple value of autoChecks gives all clients the same kinds', (t) => {
  const client = { name: 'redis', path: 'cache', type: 'redis' }
  const selection = new Selection(['startup'])
  t.ok(selection.has(client))
  t.same(selection.kindsOf(client), ['startup'])
  t.same(selection.unused([]), {})
  t.end()
})
