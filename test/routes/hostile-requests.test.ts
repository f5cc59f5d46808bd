import t from 'tap'
import fc from 'fast-check'
import type { ManagementOptions } from '../../lib/index.js'
import { startApp } from '../support/app.js'
import { requests, Sender } from '../support/hostile-requests.js'

/** Apps that show everything, something or nothing. Each has a failing check with a secret in its reason. */
const APPS: Record<string, ManagementOptions> = {
  'shows everything': { showDetails: 'always' },
  'decides for each request': {
    showComponents: ({ headers }) => headers['x-role'] !== 'nobody',
    showDetails: async ({ headers }) => await Promise.resolve(headers['x-role'] === 'operator'),
    auth: async ({ headers }) => { if (headers['x-role'] === 'broken') await Promise.reject(new Error('hunter2')) }
  },
  'shows nothing': { showComponents: 'never', logLevel: 'fatal' }
}

for (const [name, options] of Object.entries(APPS)) {
  await t.test(`hostile requests get no 500, no secret and no cacheable answer from an app that ${name}`, async (t) => {
    const { app } = await startApp(t, {
      ...options,
      kinds: ['canary'],
      checks: { readiness: { db: () => true, broken: () => { throw new Error('postgres://u:hunter2@h is away') } } },
      serviceDependencies: { away: '127.0.0.1:9' }
    }, {
      after: (app) => {
        app.addHook('onRequest', async ({ routeOptions: { config } }, reply) => {
          await Promise.resolve()
          if (config.management !== undefined) void reply.header('x-reached', config.management)
        })
      }
    })
    const sender = new Sender(t, app)
    let reached = 0
    await fc.assert(fc.asyncProperty(requests, async (sent) => {
      const { status, headers, body } = await sender.send(sent)
      if (status >= 500 && status !== 503) throw new Error(`${status} ${body}`)
      if (`${JSON.stringify(headers)} ${body}`.includes('hunter2')) throw new Error('the answer contains a secret')
      if (headers['x-reached'] === undefined) return
      reached += 1
      if (headers['cache-control'] !== 'no-store, max-age=0, private') throw new Error('the answer may be stored')
      const type = String(headers['content-type'])
      if (type === 'text/plain; charset=utf-8' && /^\/+z\/version\b/.test(sent.path)) return
      if (!/^application\/(vnd\.spring-boot\.actuator\.v[23]\+)?json(; charset=utf-8)?$/.test(type)) {
        throw new Error(type)
      }
      if (sent.method === 'GET') JSON.parse(body)
    }), { numRuns: 1_500 })
    t.ok(reached > 300, `${reached} requests reached an endpoint`)
  })
}
