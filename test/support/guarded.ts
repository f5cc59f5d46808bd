import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { sendAll, everydayOptions, http1, ownRoutes, PROBES, REQUESTS, REPORTS, start } from './host.js'
import type { ReceivedAnswer, SentRequest } from './host.js'

/** A plugin that provides an authentication hook for the option `auth`. */
export interface AuthPlugin {
  readonly register: (app: FastifyInstance) => Promise<void>
  readonly hook: (app: FastifyInstance) => onRequestHookHandler
  /** An `authorization` header that the hook accepts. */
  readonly authorization: string
  /** Values of `authorization` that the hook refuses. */
  readonly refused: readonly string[]
  /** The `www-authenticate` header of a refusal, if the plugin sends the header. */
  readonly challenge?: string
}

/** Tests that a plugin's hook, given as the option `auth`, protects the reports and nothing else. */
export async function testAuthHook (name: string, plugin: AuthPlugin): Promise<void> {
  const { register, hook, authorization, refused, challenge } = plugin
  const setUp = async (app: FastifyInstance): Promise<void> => {
    await register(app)
    await app.register(management, { ...everydayOptions(), auth: hook(app) })
    app.get('/guarded', { onRequest: hook(app) }, () => 'guarded')
    ownRoutes(app)
  }

  await t.test(`${name}: requests without valid credentials get the app's own 401 for every report`, async (t) => {
    const app = await start({ setUp }, 'never', t)
    for (const headers of [{}, ...refused.map((authorization) => ({ authorization }))]) {
      for (const method of ['GET', 'HEAD']) {
        const own = await http1(app, { method, path: '/guarded', headers })
        t.match(own, { status: 401, headers: { 'cache-control': undefined } })
        t.equal(own.headers['www-authenticate'], challenge)
        const requests = REPORTS
          .filter((request) => request.method === method)
          .map((request) => ({ ...request, headers: { ...request.headers, ...headers } }))
        const refusals = await sendAll(app, requests)
        t.same(refusals.filter(({ headers }) => !String(headers['cache-control']).includes('no-store')), [])
        t.same(refusals.map(withoutCaching), refusals.map(() => own))
      }
    }
  })

  await t.test(`${name}: authorized requests get the same answers as in a bare app`, async (t) => {
    const app = await start({ setUp }, 'never', t)
    const bare = await start({ setUp: () => undefined }, 'first', t)
    const authorized = REQUESTS.map((request) => ({ ...request, headers: { ...request.headers, authorization } }))
    t.same(await sendAll(app, authorized), await sendAll(bare, REQUESTS.map(terse)))
  })

  await t.test(`${name}: probes and the app's own routes need no credentials`, async (t) => {
    const app = await start({ setUp }, 'never', t)
    const bare = await start({ setUp: () => undefined }, 'first', t)
    t.same(await sendAll(app, PROBES), await sendAll(bare, PROBES.map(terse)))
    t.equal((await http1(app, { method: 'GET', path: '/' })).status, 200)
  })
}

/** With `auth`, probes stay open but always answer tersely: removes `?verbose` from a probe's path. */
function terse (request: SentRequest): SentRequest {
  return PROBES.includes(request) ? { ...request, path: request.path.replace(/\?verbose$/, '') } : request
}

/** Removes the cache headers: only the endpoints send `no-store` with a refusal. */
function withoutCaching ({ headers, ...received }: ReceivedAnswer): unknown {
  const { 'cache-control': _control, pragma: _pragma, expires: _expires, ...rest } = headers
  return { ...received, headers: rest }
}
