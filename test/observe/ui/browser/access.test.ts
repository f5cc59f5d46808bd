import helmet from '@fastify/helmet'
import type { FastifyReply, FastifyRequest } from 'fastify'
import t from 'tap'
import type { ManagementOptions } from '../../../../lib/index.js'
import { fetchAnswer, portOf, startApp } from '../../../support/app.js'
import type { TestAppOptions } from '../../../support/app.js'
import { noBrowser, POD } from '../../../support/browser.js'
import { visit } from './visit.js'

/** A browser takes seconds to open a page on a busy machine. */
t.setTimeout(180_000)

const REASON = 'connect ECONNREFUSED 10.0.0.7:5432'
const LOGIN = { username: 'ops', password: 'secret' }
const AUTHORIZATION = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`

const checks = { readiness: { db: () => { throw new Error(REASON) } } }

/** Browsers ignore these headers of helmet over plain HTTP, and say so. */
const ONLY_FOR_HTTPS = /Cross-Origin-Opener-Policy|Origin-Agent-Cluster/

async function login (request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.headers.authorization === AUTHORIZATION) return
  await reply.code(401).header('www-authenticate', 'Basic').send('log in')
}

await t.test('the page shows nothing that the JSON hides', { skip: noBrowser }, async (t) => {
  const cases: (readonly [ManagementOptions, RegExp, RegExp])[] = [
    [{ showComponents: 'never' }, /^(Live\s+)?Down\s+Results of .* ago$/, /db|Info/],
    [{ showDetails: 'never' }, /db\s+Down\s+since/, /ECONNREFUSED|took/],
    [{ showDetails: 'always' }, /db\s+Down\s+connect ECONNREFUSED.*took/s, /never/]
  ]
  for (const [options, shown, hidden] of cases) {
    const { url } = await startApp(t, { checks, ...options })
    const { page, problems, refresh } = await visit(t, `${url}/z/ui`)
    for (const update of [undefined, refresh]) {
      await update?.()
      const text = await page.innerText('main')
      t.match(text, shown)
      t.notMatch(text, hidden)
    }
    t.same(problems, [])
  }
})

await t.test('the page needs the login of the option auth, and refreshes with it', { skip: noBrowser }, async (t) => {
  const { url } = await startApp(t, { checks, auth: login, showDetails: 'authorized' })
  t.match(await fetchAnswer(`${url}/z/ui`), { status: 401, text: 'log in' })
  const withLogin = new URL(`${url}/z/ui`)
  Object.assign(withLogin, LOGIN)
  for (const visitor of [await visit(t, `${url}/z/ui`, { httpCredentials: LOGIN }), await visit(t, withLogin.href)]) {
    await visitor.refresh()
    t.match(await visitor.page.innerText('main'), REASON)
    t.same(visitor.problems.filter((problem) => !problem.includes('401')), [])
  }
})

await t.test('the page works on a separate port, below a prefix and beside helmet', { skip: noBrowser }, async (t) => {
  const withHelmet: TestAppOptions = { before: async (app) => { await app.register(helmet) } }
  const cases: (readonly [string, ManagementOptions, TestAppOptions])[] = [
    ['/ui', { prefix: '/' }, {}],
    ['/a/b/ui/', { prefix: '/a/b' }, { fastify: { routerOptions: { ignoreTrailingSlash: true } } }],
    ['/z/ui?all', {}, withHelmet],
    ['/z/ui', { listen: { port: 0, host: '127.0.0.1' } }, withHelmet]
  ]
  for (const [path, options, appOptions] of cases) {
    const { app, url } = await startApp(t, { checks, ...options }, appOptions)
    const [own] = app.management.addresses()
    const port = options.listen === undefined ? new URL(url).port : portOf({ address: () => own ?? null })
    // Over plain HTTP, as on the address of a pod.
    const { page, problems, refresh } = await visit(t, `http://${POD}:${port}${path}`)
    await refresh()
    t.equal(await page.evaluate('getComputedStyle(document.querySelector(".hero")).color'), 'rgb(255, 255, 255)', path)
    t.same(problems.filter((problem) => !ONLY_FOR_HTTPS.test(problem)), [], path)
  }
})
