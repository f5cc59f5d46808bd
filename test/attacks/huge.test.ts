import t from 'tap'
import type { CheckFunction } from '../../lib/index.js'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'
import { countedObject } from '../support/counted.js'

const KEYS = 50_000

/** The requests whose answers show no details by default. */
const TERSE = ['/health/liveness', '/health/readiness', '/health/ping', '/health/readiness?exclude=other']
const WITHOUT_DETAILS = [...TERSE, '/health', '/health?exclude=other', '/health/readiness?verbose', '/health/big']

async function appWith (
  test: Pick<typeof t, 'teardown'>, check: CheckFunction, options: Parameters<typeof startApp>[1] = {}
): Promise<TestApp> {
  return await startApp(test, options, {
    after: (app) => app.management.addCheck(['liveness', 'readiness'], 'big', check)
  })
}

async function getAll ({ get }: TestApp, paths: readonly string[]): Promise<readonly (readonly [number, string])[]> {
  const answers = await Promise.all(paths.map(async (path) => await get(`/z${path}`)))
  return answers.map(({ status, text }) => [status, text])
}

await t.test('huge details are neither listed nor read by requests that do not see them', async (t) => {
  for (const [status, code] of [['UP', 200], ['DEGRADED', 200], ['DOWN', 503]] as const) {
    const details = countedObject(KEYS)
    const app = await appWith(t, () => ({ status, details: details.value }))
    const answers = await getAll(app, WITHOUT_DETAILS)
    t.same(answers.map(([answered]) => answered), WITHOUT_DETAILS.map(() => code))
    t.same([details.lists(), details.reads()], [0, 0], status)
  }
})

await t.test('huge parts are neither listed nor read by terse probes', async (t) => {
  const parts = countedObject(KEYS)
  const app = await appWith(t, () => ({ status: 'UP', components: parts.value as Record<string, never> }))
  t.same(await getAll(app, TERSE), TERSE.map(() => [200, '{"status":"UP"}']))
  t.same([parts.lists(), parts.reads()], [0, 0])
})

await t.test('the details of parts are neither listed nor read by requests that do not see details', async (t) => {
  const details = countedObject(KEYS)
  const part = { status: 'UP', details: details.value } as const
  const components = { part, inner: { ...part, components: { part } } }
  const app = await appWith(t, () => ({ status: 'UP', components }))
  const answers = await getAll(app, WITHOUT_DETAILS)
  t.match(answers.at(-1)?.[1], /"part":{"status":"UP"}/)
  t.same([details.lists(), details.reads()], [0, 0])
})

await t.test('an object with many keys and no status fails, and terse probes do not list its keys', async (t) => {
  const returned = countedObject(KEYS)
  const app = await appWith(t, (() => returned.value) as never, { showDetails: 'always' })
  await app.get('/z/health/readiness')
  const { length } = app.lines
  const lists = returned.lists()
  t.same(await getAll(app, TERSE), TERSE.map(() => [503, '{"status":"DOWN"}']))
  t.same([app.lines.length, returned.lists()], [length, lists])
  t.match((await app.get('/z/health/big')).body, { details: { error: /whose keys are k0, k1, k2/ } })
  t.equal(returned.lists(), lists + 1)
})

await t.test('a status change of a check with huge details is logged with its reason alone', async (t) => {
  const details = countedObject(KEYS, { error: 'refused' })
  const app = await appWith(t, () => ({ status: 'DOWN', details: details.value }))
  await app.get('/z/health/readiness')
  const message = 'check "big" is DOWN: refused'
  t.match(app.lines.slice(1), [{ level: 'warn', check: 'big', error: 'refused', message }])
  t.same([details.lists(), details.reads()], [0, 0])
})

await t.test('an answer that shows huge details reads 100 of them, once per run', async (t) => {
  const details = countedObject(KEYS)
  const app = await startApp(t, { showDetails: 'always' }, {
    after: (app) => app.management.addCheck('readiness', 'big', () => ({ status: 'UP', details: details.value }), {
      ttl: 60_000
    })
  })
  for (let request = 0; request < 5; request++) {
    t.match((await app.get('/z/health/big')).body, { details: { k0: 'k0', k99: 'k99', '…': `${KEYS - 100} more` } })
  }
  t.same([details.lists(), details.reads()], [1, 100])
})

await t.test('details of every huge type are answered in valid JSON of less than 200,000 characters', async (t) => {
  const huge: Record<string, () => unknown> = {
    object: () => Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, at])),
    list: () => Array<string>(1e7).fill('x'),
    sparse: () => new Array<string>(4e9),
    map: () => new Map(Array.from({ length: 100_000 }, (_, at) => [at, at])),
    set: () => new Set(Array.from({ length: 100_000 }, (_, at) => at)),
    bytes: () => Buffer.alloc(1e8),
    numbers: () => new Float64Array(1e7),
    text: () => 'x'.repeat(1e8),
    boxed: () => Object('x'.repeat(5e6)) as unknown,
    bigint: () => 10n ** 100_000n,
    secrets: () => Array.from({ length: 1_000 }, () => `password=${'x'.repeat(50_000)}`),
    names: () => Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${at}${'y'.repeat(100_000)}`, 'x'])),
    errors: () => new AggregateError(Array<Error>(1e6).fill(new Error('z'.repeat(1e6))), 'all'),
    causes: () => causes(10_000),
    toJSON: () => ({ toJSON: () => Array<string>(1e6).fill('x'.repeat(1e6)) }),
    nested: () => Array<unknown>(1_000).fill(Array<unknown>(1_000).fill(Array<unknown>(1_000).fill('x'.repeat(1_000))))
  }
  let make: () => unknown = () => undefined
  const app = await appWith(t, () => ({ status: 'UP', details: { huge: make(), after: 1 } }), { showDetails: 'always' })
  const failures: unknown[] = []
  for (const [name, makeHuge] of Object.entries(huge)) {
    make = makeHuge
    const { status, text, body } = await app.get('/z/health/big')
    if (status !== 200 || text.length > 200_000 || body === undefined) failures.push([name, status, text.length])
  }
  t.same(failures, [])
})

function causes (depth: number): Error {
  let error = new Error('bottom')
  for (let level = 0; level < depth; level++) error = new Error(`level ${level}`, { cause: error })
  return error
}
