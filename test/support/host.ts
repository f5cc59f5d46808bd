import { request as http1Request, STATUS_CODES } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders, RequestOptions } from 'node:http'
import { text } from 'node:stream/consumers'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyListenOptions, FastifyServerOptions } from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import management from '../../lib/index.js'
import type { ManagementOptions } from '../../lib/index.js'
import { portOf } from './app.js'

/** A request as it goes out. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** All that a client can see of an answer, but for the time and what is the connection's. */
export interface Received {
  readonly status: number
  /** There is none in HTTP/2. */
  readonly statusMessage?: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** Sends a request to a server that listens, over a connection of its own. */
export type Client = (app: FastifyInstance, sent: Sent) => Promise<Received>

/** An app to live in. */
export interface Host {
  /** Options of Fastify, new for each app. Or the app itself, where another make of it is due. */
  readonly fastify?: () => FastifyServerOptions | FastifyInstance
  /** What the app does at its root, its own routes among it; called for each app. */
  readonly setUp: (app: FastifyInstance) => void | Promise<void>
  /** What its own routes are asked, besides the paths that all are asked. */
  readonly own?: readonly Sent[]
  readonly listen?: FastifyListenOptions
  readonly client?: Client
  /** Headers that the app adds to answers, ours too. */
  readonly adds?: readonly string[]
  /** What else of its own the app does to an answer of ours, taken back. */
  readonly undo?: (received: Received) => Received
  /** More options of the plugin. */
  readonly options?: () => ManagementOptions
}

/** Options whose answers are the same at any time: some checks pass and some fail, and details are hidden. */
export function everyday (): ManagementOptions {
  return {
    kinds: ['canary'],
    name: 'shop',
    version: '1.2.3',
    checks: {
      liveness: { loop: () => true },
      readiness: { db: () => ({ status: 'DEGRADED', components: { primary: { status: 'UP' }, replica: { status: 'DOWN', details: { password: 'hunter2' } } } }) },
      startup: { migration: () => undefined },
      health: { mail: () => { throw new Error('hunter2 is no password') } },
      canary: { bird: () => ({ status: 'OUT_OF_SERVICE' }) }
    }
  }
}

const V2 = 'application/vnd.spring-boot.actuator.v2+json'
const V3 = 'application/vnd.spring-boot.actuator.v3+json'

const PATHS = [
  '', '/health', '/health?verbose', '/health?exclude=mail&exclude=bird', '/health/liveness', '/health/liveness?verbose', '/health/ping', '/health/readiness',
  '/health/readiness?verbose', '/health/startup', '/health/canary', '/health/canary?verbose=false', '/health/db', '/health/mail', '/health/lifecycle',
  '/health/nobody', '/health/a/b', `/health/${'x'.repeat(100)}`, '/info', '/version'
]

/** What the endpoints are asked. */
export const QUESTIONS: readonly Sent[] = [
  ...['GET', 'HEAD'].flatMap((method) => PATHS.map((path) => ({ method, path: `/z${path}` }))),
  ...[V2, V3].flatMap((accept) => ['/health', '/health/readiness?verbose', '/health/db', '/info'].map((path) => ({ method: 'GET', path: `/z${path}`, headers: { accept } })))
]

const PROBE = /^\/z\/health\/(liveness|ping|readiness|startup|canary)(\?|$)/

/** Those of the questions that a kubelet may ask, and the others. */
export const PROBES = QUESTIONS.filter(({ path }) => PROBE.test(path))
export const REPORTS = QUESTIONS.filter(({ path }) => !PROBE.test(path))

/** What the app's own routes are asked: some are there in every host, and what they do is the host's. */
const OWN: readonly Sent[] = [
  { method: 'GET', path: '/' },
  { method: 'HEAD', path: '/' },
  { method: 'GET', path: '/throw' },
  { method: 'GET', path: '/typed?n=5' },
  { method: 'GET', path: '/typed?n=x' },
  { method: 'GET', path: '/nothing' },
  { method: 'GET', path: '/zoo' },
  { method: 'POST', path: '/echo', headers: { 'content-type': 'application/json' }, body: '{"a":1}' },
  { method: 'POST', path: '/echo', headers: { 'content-type': 'application/json' }, body: '{"a":' },
  { method: 'POST', path: '/echo', headers: { 'content-type': 'text/csv' }, body: 'a,b' },
  { method: 'OPTIONS', path: '/' }
]

/** Routes as any app has them: one with a response schema, one with a query schema, one that throws, one that takes a body. */
export function ownRoutes (app: FastifyInstance): void {
  app.get('/', { schema: { response: { 200: { type: 'object', properties: { a: { type: 'number' } } } } } }, () => ({ a: '1', b: 2 }))
  app.get('/throw', () => { throw Object.assign(new Error('teapot'), { statusCode: 418 }) })
  app.get('/typed', { schema: { querystring: { type: 'object', properties: { n: { type: 'number' } } } } }, (request) => request.query)
  app.post('/echo', (request) => request.body)
}

/** Tests that the endpoints answer in an app as in a bare one, and that the app's own routes answer as they do without them. */
export async function livesIn (name: string, host: Host): Promise<void> {
  await t.test(`${name}: the endpoints answer as in a bare app, to the byte`, async (t) => {
    const bare = await start({ setUp: () => undefined }, 'first', t)
    const expected = comparableAll(await askAll(bare, QUESTIONS))
    for (const order of ['first', 'last'] as const) {
      const answers = await askAll(await start(host, order, t), QUESTIONS, host.client)
      t.same(comparableAll(answers, host), expected, `registered ${order}`)
    }
  })

  await t.test(`${name}: its own routes answer as without the plugin`, async (t) => {
    const own = [...OWN, ...host.own ?? []]
    for (const order of ['first', 'last'] as const) {
      const expected = await askAll(await start(host, order, t, nothing), own, host.client)
      t.same(await askAll(await start(host, order, t), own, host.client), expected, `registered ${order}`)
    }
  })
}

/** Starts a host on a free port of the loopback interface, with the plugin registered before or after what the host does. */
export async function start (host: Host, order: 'first' | 'last' | 'never', test: Pick<typeof t, 'teardown'>, plugin: typeof management = management): Promise<FastifyInstance> {
  const given = host.fastify?.() ?? {}
  const app = isApp(given) ? given : Fastify(given)
  test.teardown(async () => await app.close())
  const options = { ...everyday(), ...host.options?.() }
  if (order === 'first') await app.register(plugin, options)
  await host.setUp(app)
  if (order === 'last') await app.register(plugin, options)
  await app.listen(host.listen ?? { host: '127.0.0.1', port: 0 })
  return app
}

/** What is registered in the plugin's place where there is none: that something is, and is waited for, changes an app too. */
const nothing = Object.assign(fp(async () => await Promise.resolve()), { errors: management.errors })

function isApp (given: FastifyServerOptions | FastifyInstance): given is FastifyInstance {
  return 'register' in given
}

/** Sends requests one after the other. Gives the answers in their order, so that one assertion compares them all. */
export async function answersOf (app: FastifyInstance, questions: readonly Sent[], client: Client = http1): Promise<readonly Received[]> {
  const answers: Received[] = []
  for (const sent of questions) answers.push(await client(app, sent))
  return answers
}

async function askAll (app: FastifyInstance, questions: readonly Sent[], client?: Client): Promise<ReadonlyMap<string, Received>> {
  const answers = await answersOf(app, questions, client)
  return new Map(answers.map((answer, at) => [JSON.stringify(questions[at]), answer]))
}

function comparableAll (answers: ReadonlyMap<string, Received>, host: Pick<Host, 'adds' | 'undo'> = {}): ReadonlyMap<string, unknown> {
  return new Map([...answers].map(([question, answer]) => [question, comparable(answer, host)]))
}

/** An answer without what a host may do to it. */
function comparable (received: Received, { adds = [], undo = (received) => received }: Pick<Host, 'adds' | 'undo'>): unknown {
  const { headers, status, body, statusMessage = STATUS_CODES[status] } = undo(received)
  return { status, body, statusMessage, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !adds.includes(name))) }
}

/** What is the connection's. */
const ASIDE = ['date', 'connection', 'keep-alive']

/** Without a name of its own in the request every app would answer with links to its own port. */
export const NAME = 'shop.example'

/** Sends over HTTP/1.1. */
export async function http1 (app: FastifyInstance, sent: Sent): Promise<Received> {
  return await receive(http1Request, { host: '127.0.0.1', port: portOf(app.server) }, sent)
}

/** Sends with a `request` of Node's, `http` or `https`, and reads the body as text, or in another way. */
export async function receive (request: typeof http1Request, to: RequestOptions, { method, path, headers, body }: Sent, read: (response: IncomingMessage) => Promise<string> = text): Promise<Received> {
  const outgoing: OutgoingHttpHeaders = { host: NAME, ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) }
  return await new Promise((resolve, reject) => {
    request({ ...to, method, path, headers: outgoing, agent: false }, (response) => {
      const { statusCode = 0, statusMessage = '' } = response
      read(response).then((body) => resolve({ status: statusCode, statusMessage, headers: withoutAside(response.headers), body }), reject)
    }).on('error', reject).end(body)
  })
}

export function withoutAside<V> (headers: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ASIDE.includes(name)))
}

/** An answer over TLS as it would be without: links say how they were asked for. */
export function asOverHttp ({ path }: Sent, received: Received): Received {
  const links = ['self', 'health', 'health-path', 'info', 'version']
  if (path !== '/z') return received
  const length = Number(received.headers['content-length']) - 's'.length * links.length
  return { ...received, body: received.body.replaceAll('https://', 'http://'), headers: { ...received.headers, 'content-length': String(length) } }
}
