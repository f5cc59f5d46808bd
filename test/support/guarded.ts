import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { everyday, http1, ownRoutes, PROBES, QUESTIONS, REPORTS, start } from './host.js'
import type { Received, Sent } from './host.js'

/** An app whose reports stand behind the hook of a plugin. */
export interface Guarded {
  readonly plug: (app: FastifyInstance) => Promise<void>
  readonly hook: (app: FastifyInstance) => onRequestHookHandler
  /** What opens the reports. */
  readonly authorization: string
  /** What does not. */
  readonly wrong: readonly string[]
  /** What a refusal asks for, where it does. */
  readonly challenge?: string
}

/** Tests that a plugin's hook, as option `auth`, closes the reports and nothing else. */
export async function guards (name: string, { plug, hook, authorization, wrong, challenge }: Guarded): Promise<void> {
  const setUp = async (app: FastifyInstance): Promise<void> => {
    await plug(app)
    await app.register(management, { ...everyday(), auth: hook(app) })
    app.get('/guarded', { onRequest: hook(app) }, () => 'guarded')
    ownRoutes(app)
  }

  await t.test(`${name} closes the reports, as it does the app's own routes`, async (t) => {
    const app = await start({ setUp }, 'never', t)
    for (const headers of [{}, ...wrong.map((authorization) => ({ authorization }))]) {
      for (const method of ['GET', 'HEAD']) {
        const own = await http1(app, { method, path: '/guarded', headers })
        t.match(own, { status: 401, headers: { 'cache-control': undefined } })
        t.equal(own.headers['www-authenticate'], challenge)
        for (const question of REPORTS.filter((question) => question.method === method)) {
          const refusal = await http1(app, { ...question, headers: { ...question.headers, ...headers } })
          t.match(refusal.headers['cache-control'], /no-store/, `${method} ${question.path}`)
          t.same(withoutCaching(refusal), own, `${method} ${question.path}`)
        }
      }
    }
  })

  await t.test(`${name} lets in who may see them, to all that a bare app tells`, async (t) => {
    const app = await start({ setUp }, 'never', t)
    const bare = await start({ setUp: () => undefined }, 'first', t)
    for (const question of QUESTIONS) {
      t.same(await http1(app, { ...question, headers: { ...question.headers, authorization } }), await http1(bare, terse(question)), `${question.method} ${question.path}`)
    }
  })

  await t.test(`${name} leaves the probes and the app's own routes open`, async (t) => {
    const app = await start({ setUp }, 'never', t)
    const bare = await start({ setUp: () => undefined }, 'first', t)
    for (const question of PROBES) t.same(await http1(app, question), await http1(bare, terse(question)), `${question.method} ${question.path}`)
    t.equal((await http1(app, { method: 'GET', path: '/' })).status, 200)
  })
}

/** What a probe answers where nobody is asked who he is, while `/health` is closed. */
function terse (question: Sent): Sent {
  return PROBES.includes(question) ? { ...question, path: question.path.replace(/\?verbose$/, '') } : question
}

/** Only an endpoint says that its refusal must not be stored. */
function withoutCaching ({ headers, ...received }: Received): unknown {
  const { 'cache-control': _control, pragma: _pragma, expires: _expires, ...rest } = headers
  return { ...received, headers: rest }
}
