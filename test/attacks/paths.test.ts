import t from 'tap'
import { portOf, startApp } from '../support/app.js'
import { codesIn, exchange } from '../support/raw-socket.js'

const DETAILS = /components|trace\.attributes|_links|1\.2\.3/
const REPORTS = ['/z', '/z/health', '/z/health/db', '/z/info', '/z/version']

/** Spellings of a path that a router or a proxy may read as another path. */
const TRICKS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replaceAll('/', '//'),
  (path) => path.toUpperCase(),
  (path) => path.replace('z', '%7a'),
  (path) => path.replace('z', '%7A'),
  (path) => path.replace('/z', '/z/.'),
  (path) => path.replace('/z', '/x/../z'),
  (path) => path.replace('/z', '/%2e%2e/z'),
  (path) => path.replace('/z', '%2fz'),
  (path) => `${path}%00`,
  (path) => `${path}%20`,
  (path) => `${path};liveness`,
  (path) => `${path}?/z/health/liveness`,
  (path) => `${path}#/z/health/liveness`,
  (path) => `/z/health/liveness/..${path}`,
  (path) => `/z/health/liveness/%2e%2e${path}`,
  (path) => `http://app${path}`,
  (path) => `https://u:p@other${path}`,
  (path) => `http://app//${path}`,
  (path) => `http://app/z/health/liveness?${path}`
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND']
const HEADERS = [
  '', 'X-HTTP-Method-Override: GET', 'X-Original-URL: /z/health/liveness', 'X-Rewrite-URL: /z/health/liveness',
  'X-Forwarded-For: 127.0.0.1', 'X-Forwarded-Host: localhost', 'Host: localhost', 'Accept-Version: 1.0.0',
  'Authorization: Basic', 'Authorization: Bearer ', 'Management-Hop: 1'
]
const ROUTERS = [
  {},
  { routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false } },
  { routerOptions: { ignoreTrailingSlash: false, useSemicolonDelimiter: true } }
]

for (const fastify of ROUTERS) {
  const title = `no spelling of a path or method passes auth with ${JSON.stringify(fastify)}`
  await t.test(title, async (t) => {
    const { app } = await startApp(t, {
      version: '1.2.3',
      showDetails: 'always',
      checks: { readiness: { db: () => ({ status: 'UP', details: { rows: 5 } }) } },
      auth: async () => await Promise.resolve(false)
    }, { fastify })
    const port = portOf(app.server)
    const leaks: string[] = []
    const seen = new Set<number>()
    const requests = REPORTS.flatMap((path) => TRICKS.flatMap((trick) => [
      ...METHODS.map((method) => ({ method, path: trick(path), header: '' })),
      ...HEADERS.map((header) => ({ method: 'GET', path: trick(path), header }))
    ]))
    const send = async ({ method, path, header }: typeof requests[number]): Promise<void> => {
      const more = header === '' ? '' : `${header}\r\n`
      const head = `${method} ${path} HTTP/1.1\r\nHost: app\r\nConnection: close\r\n${more}`
      const received = await exchange(t, port, `${head}\r\n`)
      for (const code of codesIn(received)) seen.add(code)
      if (DETAILS.test(received)) leaks.push(`${method} ${path} ${header}: ${received}`)
    }
    while (requests.length > 0) await Promise.all(requests.splice(0, 50).map(send))
    t.same(leaks, [])
    t.ok([200, 403, 404].every((code) => seen.has(code)), `saw ${[...seen].join()}`)
  })
}

await t.test('a hidden name and an unknown name get the same answer', async (t) => {
  let runs = 0
  const { get } = await startApp(t, { showComponents: 'never', checks: { readiness: { db: () => { runs += 1 } } } })
  for (const [method, query] of [['GET', ''], ['HEAD', ''], ['GET', '?verbose'], ['GET', '?exclude=db']] as const) {
    const [hidden, unknown] = await Promise.all(
      ['db', 'no'].map(async (name) => await get(`/z/health/${name}${query}`, {}, method)))
    t.equal(hidden?.status, 404)
    const undated = [hidden, unknown].map((answer) => ({ ...answer, headers: { ...answer?.headers, date: '' } }))
    t.same(undated[0], undated[1])
  }
  t.equal(runs, 0)
})

await t.test('a hostile host leads into no link', async (t) => {
  const { app } = await startApp(t)
  const port = portOf(app.server)
  for (const [host, forwarded] of [
    ['app"><script>', ''], ['app/evil', ''], ['u:p@evil', ''], ['app', 'evil.example'], ['app', '"><script>'],
    ['app:99999999', ''], ['a'.repeat(5_000), '']
  ] as const) {
    const received = await exchange(t, port, `GET /z HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n` +
      `${forwarded === '' ? '' : `X-Forwarded-Host: ${forwarded}\r\nX-Forwarded-Proto: javascript\r\n`}\r\n`)
    t.notMatch(received, /evil|script|aaaa|99999999/, host.slice(0, 20))
  }
})
