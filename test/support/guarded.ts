import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { answersOf, everyday, http1, ownRoutes, PROBES, QUESTIONS, REPORTS, start } from './host.js'
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
        const questions = REPORTS.filter((question) => question.method === method).map((question) => ({ ...question, headers: { ...question.headers, ...headers } }))
        const refusals = await answersOf(app, questions)
        t.same(refusals.filter(({ headers }) => !String(headers['cache-control']).includes('no-store')), [])
        t.same(refusals.map(withoutCaching), refusals.map(() => own))
      }
    }
  })

  await t.test(`${name} lets in who may see them, to all that a bare app tells`, async (t) => {
    const app = await start({ setUp }, 'never', t)
    const bare = await start({ setUp: () => undefined }, 'first', t)
    const authorized = QUESTIONS.map((question) => ({ ...question, headers: { ...question.headers, authorization } }))
    t.same(await answersOf(app, authorized), await answersOf(bare, QUESTIONS.map(terse)))
  })

  await t.test(`${name} leaves the probes and the app's own routes open`, async (t) => {
    const app = await start({ setUp }, 'never', t)
    const bare = await start({ setUp: () => undefined }, 'first', t)
    t.same(await answersOf(app, PROBES), await answersOf(bare, PROBES.map(terse)))
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
