import rateLimit from '@fastify/rate-limit'
import type { RateLimitPluginOptions } from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { answersOf, http1, livesIn, ownRoutes, PROBES, QUESTIONS, REPORTS, start } from '../support/host.js'
import type { Host, Received } from '../support/host.js'

const LIMITS = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']
const MAX = 3
const own = { method: 'GET', path: '/' }

function host (options: RateLimitPluginOptions): Host {
  return {
    setUp: async (app) => {
      await app.register(rateLimit, { global: true, ...options })
      ownRoutes(app)
    },
    adds: LIMITS
  }
}

/** Asks until one request more than the limit allows has been answered. */
async function exceed (app: FastifyInstance, sent = own): Promise<Received[]> {
  const answers: Received[] = []
  for (let request = 0; request <= MAX; request++) answers.push(await http1(app, sent))
  return answers
}

/** Without what the clock says of how long is left. */
function withoutClock ({ headers: { 'x-ratelimit-reset': _reset, 'retry-after': _after, ...headers }, ...received }: Received): unknown {
  return { ...received, headers }
}

// How long is left until the limit starts anew is the clock's.
await livesIn('an app with @fastify/rate-limit whose limit is far', host({ max: 100_000, addHeadersOnExceeding: { 'x-ratelimit-reset': false } }))

await t.test('hundreds of probes are neither limited nor counted', async (t) => {
  for (const order of ['first', 'last'] as const) {
    const app = await start(host({ max: MAX }), order, t)
    const bare = await start({ setUp: () => undefined }, 'first', t)
    const expected = await Promise.all(PROBES.map(async (question) => await http1(bare, question)))
    for (let round = 0; round < 10; round++) {
      t.same(await Promise.all(PROBES.map(async (question) => await http1(app, question))), expected, `registered ${order}`)
    }
    t.same((await exceed(app)).map(({ status }) => status), [200, 200, 200, 429], 'the app\'s own routes have all of their limit left')
    t.same(await Promise.all(PROBES.map(async (question) => await http1(app, question))), expected, 'when it is exceeded, probes pass')
  }
})

await t.test('a report is limited, as the app\'s own routes are', async (t) => {
  for (const path of new Set(REPORTS.map(({ path }) => path))) {
    for (const method of ['GET', 'HEAD']) {
      // So long that the words for what is left of it do not change while the test runs.
      const app = await start(host({ max: MAX, timeWindow: 100_000_000 }), 'last', t)
      const answers = await exceed(app, { method, path })
      t.same(answers.map(({ status }) => status === 429), [false, false, false, true], `${method} ${path}`)
      t.same(answers.map(({ headers }) => headers['x-ratelimit-remaining']), ['2', '1', '0', '0'], 'and says how far')
      const own = await http1(app, { method, path: '/' })
      t.same(answers.slice(MAX).map(withoutClock), [withoutClock(own)], 'in the words of the app')
    }
  }
})

await t.test('reports and the app\'s own routes share one limit', async (t) => {
  const app = await start(host({ max: MAX }), 'last', t)
  await exceed(app)
  const limited = (await answersOf(app, QUESTIONS)).map(({ status }) => status === 429)
  t.same(limited, QUESTIONS.map((question) => REPORTS.includes(question)))
})
