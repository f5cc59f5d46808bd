import t from 'tap'
import { startApp } from '../support/app.js'

const V3 = 'application/vnd.spring-boot.actuator.v3+json'
const V2 = 'application/vnd.spring-boot.actuator.v2+json'

/** A dependency as its peer describes it: it has details and parts, and its part `db` has both too. */
function users (): object {
  return {
    status: 'UP',
    details: { url: 'http://users/z/health', pool: 5 },
    components: {
      db: { status: 'UP', details: { latencyMs: 3 }, components: { replica: { status: 'DOWN', details: { lag: 9 } } } },
      cache: { status: 'DEGRADED' },
      pool: { status: 'UP' },
      ['__proto__']: { status: 'UP' }
    }
  }
}

const checks = {
  health: {
    users: users as () => { status: 'UP' },
    parts: () => ({ status: 'UP' as const, components: { a: { status: 'UP' as const, details: { n: 1 } } } }),
    plain: () => ({ status: 'UP' as const, details: { n: 2 } }),
    empty: () => ({ status: 'UP' as const, details: {}, components: { b: { status: 'UP' as const } } })
  }
}

interface ShownHealth {
  readonly status?: unknown
  readonly details?: Record<string, unknown>
  readonly components?: Record<string, unknown>
}

/**
 * Returns the path and the status of each part that Spring Boot Admin shows, by the rule of its `health-details.vue`:
 * it reads `details ?? components` (3.x: `details || components`), and shows each entry that has a status as a part.
 */
function shownParts (health: ShownHealth, path = ''): Record<string, unknown> {
  const entries = Object.entries(health.details ?? health.components ?? {})
  return Object.fromEntries(entries.filter(isPart).flatMap(([name, part]) =>
    [[`${path}/${name}`, part.status], ...Object.entries(shownParts(part, `${path}/${name}`))]))
}

function isPart (entry: [string, unknown]): entry is [string, ShownHealth] {
  const [, value] = entry
  return typeof value === 'object' && value !== null && 'status' in value
}

const SHOWN_OF_USERS = {
  '/db': 'UP', '/db/replica': 'DOWN', '/cache': 'DEGRADED'
}

/** Removes the time and the duration of each run. */
function withoutTimes (body: unknown): object {
  return JSON.parse(JSON.stringify(body, (key, value: unknown) =>
    key === 'time' || key === 'durationMs' ? undefined : value)) as object
}

for (const [version, accept] of [['3', V3], ['2', V2]] as const) {
  await t.test(`version ${version}: Spring Boot Admin shows the parts of a component with details`, async (t) => {
    const { get } = await startApp(t, { checks, showDetails: 'always' })
    t.same(shownParts((await get('/z/health/users', { accept })).body as object), SHOWN_OF_USERS)
    const shown = shownParts((await get('/z/health', { accept })).body as object)
    t.same(Object.keys(shown).sort(), [
      '/users', ...Object.keys(SHOWN_OF_USERS).map((path) => `/users${path}`),
      '/parts', '/parts/a', '/plain', '/empty', '/empty/b'
    ].sort())
  })

  await t.test(`version ${version}: a detail wins over a part of the same name`, async (t) => {
    const { get } = await startApp(t, { checks, showDetails: 'always' })
    t.match((await get('/z/health/users', { accept })).body, {
      details: { pool: 5, url: 'http://users/z/health', cache: { status: 'DEGRADED' } },
      components: { pool: { status: 'UP' }, cache: { status: 'DEGRADED' } }
    })
  })

  await t.test(`version ${version}: hidden details stay hidden`, async (t) => {
    const { get } = await startApp(t, { checks })
    const { text } = await get('/z/health', { accept })
    for (const hidden of ['latencyMs', 'lag', 'http://users', 'pool":5', '"n"']) t.notMatch(text, hidden)
    t.match(text, '"replica":{"status":"DOWN"}')
    t.notMatch((await get('/z/health/users', { accept })).text, 'latencyMs')
  })

  await t.test(`version ${version}: a peer gets details without parts`, async (t) => {
    const { get } = await startApp(t, { checks, showDetails: 'always' })
    const { body } = await get('/z/health/users', { accept, 'management-hop': '1' })
    t.same(Object.keys((body as { details: object }).details), ['url', 'pool'])
    t.match(body, { components: { cache: { status: 'DEGRADED' } } })
  })

  await t.test(`version ${version}: /health lists the names of all kinds except health, sorted`, async (t) => {
    const groups = ['blue', 'liveness', 'readiness', 'startup', 'zebra']
    const { get } = await startApp(t, { kinds: ['zebra', 'blue'], checks })
    t.match((await get('/z/health', { accept })).body, { status: 'UP', groups })
    t.same(((await get('/z/health', { accept })).body as { groups: unknown }).groups, groups)
    for (const path of ['/z/health/readiness?verbose', '/z/health/blue', '/z/health/users', '/z/info']) {
      t.notMatch((await get(path, { accept })).text, 'groups', path)
    }
  })

  await t.test(`version ${version}: groups are visible when components are hidden, as in Spring Boot`, async (t) => {
    const { get } = await startApp(t, { checks, showComponents: 'never', showDetails: 'always' })
    t.same((await get('/z/health', { accept })).body, {
      status: 'UP',
      groups: ['liveness', 'readiness', 'startup']
    })
    t.match(await get('/z/health/users', { accept }), { status: 404 })
  })
}

await t.test('application/json has neither groups nor parts in details', async (t) => {
  const { get } = await startApp(t, { checks, showDetails: 'always' })
  for (const accept of ['application/json', '*/*']) {
    const { text } = await get('/z/health', { accept })
    t.notMatch(text, 'groups')
    t.match(text, '"details":{"url":"http://users/z/health","pool":5}')
  }
})

await t.test('a peer gets the same components with Actuator\'s version 3 as with application/json', async (t) => {
  const { get } = await startApp(t, { checks, showDetails: 'always' })
  const hop = { 'management-hop': '1' }
  const json = withoutTimes((await get('/z/health', hop)).body)
  t.same(withoutTimes((await get('/z/health', { ...hop, accept: V3 })).body), {
    ...json,
    groups: ['liveness', 'readiness', 'startup']
  })
})

await t.test('version 2 puts the parts of a component without details into details only', async (t) => {
  const { get } = await startApp(t, { checks, showDetails: 'always' })
  const { body } = await get('/z/health/parts', { accept: V2 })
  t.match(body, { status: 'UP', details: { a: { status: 'UP', details: { n: 1 } } } })
  t.notOk('components' in (body as object))
})

await t.test('version 2 names the components of a report details', async (t) => {
  const { get } = await startApp(t, { checks })
  const answer = await get('/z/health', { accept: V2 })
  t.equal(answer.headers['content-type'], V2)
  t.match(answer.body, { status: 'UP', details: { plain: { status: 'UP' } } })
  t.notMatch(answer.text, '"components"')
  t.equal((await get('/z/health/liveness', { accept: V2 })).text, '{"status":"UP"}')
})

await t.test('a verbose probe puts the parts of its components into their details', async (t) => {
  const { get } = await startApp(t, { checks: { readiness: checks.health }, showDetails: 'always' })
  const { body } = await get('/z/health/readiness?verbose', { accept: V3 })
  t.match(body, { components: { users: { details: { db: { details: { replica: { status: 'DOWN' } } } } } } })
})
