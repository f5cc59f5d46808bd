import cookie from '@fastify/cookie'
import session from '@fastify/session'
import type { FastifySessionOptions } from '@fastify/session'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'

const PATHS = ['/z/health/liveness', '/z/health/readiness', '/z/health', '/z/info']

/** The place of the session plugin: on the whole app, or in a scope beside the endpoints. */
type Place = 'app' | 'scope'

interface Setting {
  readonly app: FastifyInstance
  /** The sessions that the store keeps. */
  readonly stored: ReadonlyMap<string, unknown>
}

async function setUp (place: Place, options: Partial<FastifySessionOptions> = {}): Promise<Setting> {
  const stored = new Map<string, Parameters<NonNullable<FastifySessionOptions['store']>['set']>[1]>()
  const store: NonNullable<FastifySessionOptions['store']> = {
    set: (id, value, done) => {
      stored.set(id, value)
      done()
    },
    get: (id, done) => done(null, stored.get(id)),
    destroy: (id, done) => {
      stored.delete(id)
      done()
    }
  }
  const app = Fastify()
  await app.register(management)
  const shop = async (scope: FastifyInstance): Promise<void> => {
    await scope.register(cookie)
    await scope.register(session, { secret: 's'.repeat(32), cookie: { secure: false }, store, ...options })
    scope.get('/cart', (request) => {
      Reflect.set(request.session, 'cart', ['Emma'])
      return 'added'
    })
  }
  if (place === 'app') await shop(app)
  else await app.register(shop)
  return { app, stored }
}

async function requestAll ({ app }: Setting): Promise<unknown[]> {
  const answers = []
  for (const path of PATHS) answers.push((await app.inject(path)).headers['set-cookie'])
  return answers.filter((cookies) => cookies !== undefined)
}

await t.test('@fastify/session stores a session for each request to the endpoints by default', async (t) => {
  const setting = await setUp('app')
  t.equal((await requestAll(setting)).length, PATHS.length)
  t.equal(setting.stored.size, PATHS.length)
})

const REMEDIES: Readonly<Record<string, readonly [Place, Partial<FastifySessionOptions>]>> = {
  'with `saveUninitialized: false`': ['app', { saveUninitialized: false }],
  'in a scope beside the endpoints': ['scope', {}]
}
for (const [title, [place, options]] of Object.entries(REMEDIES)) {
  await t.test(`@fastify/session ${title} stores sessions of the app only`, async (t) => {
    const setting = await setUp(place, options)
    t.same(await requestAll(setting), [])
    t.equal(setting.stored.size, 0)
    t.match((await setting.app.inject('/cart')).headers['set-cookie'], /^sessionId=/)
    t.equal(setting.stored.size, 1)
  })
}
