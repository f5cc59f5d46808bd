import rateLimit from '@fastify/rate-limit'
import type { RateLimitPluginOptions } from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { sendAll, http1, testHost, ownRoutes, PROBES, REQUESTS, REPORTS, start } from '../support/host.js'
import type { Host, ReceivedAnswer } from '../support/host.js'

const LIMITS = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']
const MAX = 3
const own = { method: 'GET', path: '/' }

function host (options: RateLimitPluginOptions): Host {
  return {
    setUp: async (app) => {
      await app.register(rateLimit, { global: true, ...options })
      ownRoutes(app)
    },
    addedHeaders: LIMITS
  }
}

/** Sends one request more than the limit allows. */
async function exceed (app: FastifyInstance, sent = own): Promise<ReceivedAnswer[]> {
  const answers: ReceivedAnswer[] = []
  for (let request = 0; request <= MAX; request++) answers.push(await http1(app, sent))
  return answers
}

/** Removes the headers that depend on the clock. */
function withoutClock ({
  headers: { 'x-ratelimit-reset': _reset, 'retry-after': _after, ...headers },
  ...received
}: ReceivedAnswer): unknown {
  return { ...received, headers }
}

// The header with the time until the reset depends on the clock.
await testHost(
  'an app with a high limit of @fastify/rate-limit',
  host({ max: 100_000, addHeadersOnExceeding: { 'x-ratelimit-reset': false } })
)

await t.test('probes are not limited and not counted', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const app = await start(host({ max: MAX }), order, t)
    const bare = await start({ setUp: () => undefined }, 'first', t)
    const expected = await Promise.all(PROBES.map(async (sent) => await http1(bare, sent)))
    for (let round = 0; round < 10; round++) {
      t.same(
        await Promise.all(PROBES.map(async (sent) => await http1(app, sent))),
        expected,
        `registered ${order}`
      )
    }
    t.same(
      (await exceed(app)).map(({ status }) => status),
      [200, 200, 200, 429],
      'the routes of the app have their full limit left'
    )
    t.same(
      await Promise.all(PROBES.map(async (sent) => await http1(app, sent))),
      expected,
      'probes pass when the limit is exceeded'
    )
  }
})

await t.test('reports are limited like the routes of the app', async (t) => {
  for (const path of new Set(REPORTS.map(({ path }) => path))) {
    for (const method of ['GET', 'HEAD']) {
      // The message contains the time left. In a long window it does not change during the test.
      const app = await start(host({ max: MAX, timeWindow: 100_000_000 }), 'last', t)
      const answers = await exceed(app, { method, path })
      t.same(answers.map(({ status }) => status === 429), [false, false, false, true], `${method} ${path}`)
      t.same(
        answers.map(({ headers }) => headers['x-ratelimit-remaining']),
        ['2', '1', '0', '0'],
        'the headers contain the remaining requests'
      )
      const own = await http1(app, { method, path: '/' })
      t.same(
        answers.slice(MAX).map(withoutClock),
        [withoutClock(own)],
        'the refusal is the same as for a route of the app'
      )
    }
  }
})

await t.test('reports and the routes of the app share one limit', async (t) => {
  const app = await start(host({ max: MAX }), 'last', t)
  await exceed(app)
  const limited = (await sendAll(app, REQUESTS)).map(({ status }) => status === 429)
  t.same(limited, REQUESTS.map((sent) => REPORTS.includes(sent)))
})
