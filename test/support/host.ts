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

/** A request to send. */
export interface SentRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** An answer as the client sees it, without the date and the headers that describe the connection. */
export interface ReceivedAnswer {
  readonly status: number
  /** Absent in HTTP/2. */
  readonly statusMessage?: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** Sends a request to a listening app, over a new connection. */
export type Client = (app: FastifyInstance, sent: SentRequest) => Promise<ReceivedAnswer>

/** An app that the plugin is tested in. */
export interface Host {
  /** Returns Fastify's options, or an app that another version or factory of Fastify has made. */
  readonly fastify?: () => FastifyServerOptions | FastifyInstance
  /** Sets up the app at its root, including its own routes. */
  readonly setUp: (app: FastifyInstance) => void | Promise<void>
  /** More requests to the app's own routes, in addition to those sent to every host. */
  readonly ownRequests?: readonly SentRequest[]
  readonly listen?: FastifyListenOptions
  readonly client?: Client
  /** Headers that the app adds to every answer, including the plugin's. */
  readonly addedHeaders?: readonly string[]
  /** Reverts any other change that the app makes to the plugin's answers. */
  readonly undo?: (received: ReceivedAnswer) => ReceivedAnswer
  /** Returns more options for the plugin. */
  readonly options?: () => ManagementOptions
}

/** Returns options with constant answers: some checks pass, some fail, and details are hidden. */
export function everydayOptions (): ManagementOptions {
  return {
    kinds: ['canary'],
    name: 'shop',
    version: '1.2.3',
    checks: {
      liveness: { loop: () => true },
      readiness: {
        db: () => ({
          status: 'DEGRADED',
          components: {
            primary: { status: 'UP' },
            replica: { status: 'DOWN', details: { password: 'hunter2' } }
          }
        })
      },
      startup: { migration: () => undefined },
      health: { mail: () => { throw new Error('hunter2 is no password') } },
      canary: { bird: () => ({ status: 'OUT_OF_SERVICE' }) }
    }
  }
}

const V2 = 'application/vnd.spring-boot.actuator.v2+json'
const V3 = 'application/vnd.spring-boot.actuator.v3+json'

const PATHS = [
  '', '/health', '/health?verbose', '/health?exclude=mail&exclude=bird',
  '/health/liveness', '/health/liveness?verbose', '/health/ping',
  '/health/readiness', '/health/readiness?verbose', '/health/startup',
  '/health/canary', '/health/canary?verbose=false', '/health/db', '/health/mail', '/health/lifecycle',
  '/health/nobody', '/health/a/b', `/health/${'x'.repeat(100)}`, '/info', '/version'
]

const ACTUATOR_PATHS = ['/health', '/health/readiness?verbose', '/health/db', '/info']

/** The requests that each host's endpoints receive. */
export const REQUESTS: readonly SentRequest[] = [
  ...['GET', 'HEAD'].flatMap((method) => PATHS.map((path) => ({ method, path: `/z${path}` }))),
  ...[V2, V3].flatMap((accept) => ACTUATOR_PATHS.map((path) => ({
    method: 'GET',
    path: `/z${path}`,
    headers: { accept }
  })))
]

const PROBE = /^\/z\/health\/(liveness|ping|readiness|startup|canary)(\?|$)/

/** `REQUESTS`, split into probes and reports. */
export const PROBES = REQUESTS.filter(({ path }) => PROBE.test(path))
export const REPORTS = REQUESTS.filter(({ path }) => !PROBE.test(path))

/** Requests to the app's own routes. Each host decides which of the routes exist, and how they answer. */
const OWN: readonly SentRequest[] = [
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

/** Adds routes as any app has them: with a response schema, with a query schema, with an error, and with a body. */
export function ownRoutes (app: FastifyInstance): void {
  const response = { 200: { type: 'object', properties: { a: { type: 'number' } } } }
  app.get('/', { schema: { response } }, () => ({ a: '1', b: 2 }))
  app.get('/throw', () => { throw Object.assign(new Error('teapot'), { statusCode: 418 }) })
  const querystring = { type: 'object', properties: { n: { type: 'number' } } }
  app.get('/typed', { schema: { querystring } }, (request) => request.query)
  app.post('/echo', (request) => request.body)
}

/** Tests that the endpoints answer as in a bare app, and that the app's own routes answer as without the plugin. */
export async function testHost (name: string, host: Host): Promise<void> {
  await t.test(`${name}: the endpoints send the same bytes as in a bare app`, async (t) => {
    const bare = await start({ setUp: () => undefined }, 'first', t)
    const expected = comparableAll(await answersByRequest(bare, REQUESTS))
    for (const order of ['first', 'last'] as const) {
      const answers = await answersByRequest(await start(host, order, t), REQUESTS, host.client)
      t.same(comparableAll(answers, host), expected, `registered ${order}`)
    }
  })

  await t.test(`${name}: the app's own routes answer as without the plugin`, async (t) => {
    const own = [...OWN, ...host.ownRequests ?? []]
    for (const order of ['first', 'last'] as const) {
      const expected = await answersByRequest(await start(host, order, t, emptyPlugin), own, host.client)
      t.same(await answersByRequest(await start(host, order, t), own, host.client), expected, `registered ${order}`)
    }
  })
}

/** Starts a host on a free port of the loopback interface. `order` says when the plugin is registered. */
export async function start (
  host: Host,
  order: 'first' | 'last' | 'never',
  test: Pick<typeof t, 'teardown'>,
  plugin: typeof management = management
): Promise<FastifyInstance> {
  const given = host.fastify?.() ?? {}
  const app = isApp(given) ? given : Fastify(given)
  test.teardown(async () => await app.close())
  const options = { ...everydayOptions(), ...host.options?.() }
  if (order === 'first') await app.register(plugin, options)
  await host.setUp(app)
  if (order === 'last') await app.register(plugin, options)
  await app.listen(host.listen ?? { host: '127.0.0.1', port: 0 })
  // Startup gates readiness: without this, answers would depend on the order of the requests.
  if (app.hasDecorator('management')) await app.management.health('startup')
  return app
}

/** Replaces the plugin in the comparison: even an empty plugin changes the order in which an app boots. */
const emptyPlugin = Object.assign(fp(async () => await Promise.resolve()), { errors: management.errors })

function isApp (given: FastifyServerOptions | FastifyInstance): given is FastifyInstance {
  return 'register' in given
}

/** Sends requests one after the other. Returns the answers in the same order, so that one assertion compares all. */
export async function sendAll (
  app: FastifyInstance,
  requests: readonly SentRequest[],
  client: Client = http1
): Promise<readonly ReceivedAnswer[]> {
  const answers: ReceivedAnswer[] = []
  for (const sent of requests) answers.push(await client(app, sent))
  return answers
}

async function answersByRequest (
  app: FastifyInstance,
  requests: readonly SentRequest[],
  client?: Client
): Promise<ReadonlyMap<string, ReceivedAnswer>> {
  const answers = await sendAll(app, requests, client)
  return new Map(answers.map((answer, at) => [JSON.stringify(requests[at]), answer]))
}

type HostChanges = Pick<Host, 'addedHeaders' | 'undo'>

function comparableAll (
  answers: ReadonlyMap<string, ReceivedAnswer>,
  host: HostChanges = {}
): ReadonlyMap<string, unknown> {
  return new Map([...answers].map(([request, answer]) => [request, comparable(answer, host)]))
}

/** Removes the host's own changes from an answer. */
function comparable (received: ReceivedAnswer, { addedHeaders = [], undo }: HostChanges): unknown {
  const { headers, status, body, statusMessage = STATUS_CODES[status] } = undo?.(received) ?? received
  const kept = Object.entries(headers).filter(([name]) => !addedHeaders.includes(name))
  return { status, body, statusMessage, headers: Object.fromEntries(kept) }
}

/** Headers that describe the connection or the time. */
const CONNECTION_HEADERS = ['date', 'connection', 'keep-alive']

/** The `host` of every request. Without a fixed name, each app's links would contain its own port. */
export const HOST_NAME = 'shop.example'

/** Sends a request over HTTP/1.1. */
export async function http1 (app: FastifyInstance, sent: SentRequest): Promise<ReceivedAnswer> {
  return await sendWith(http1Request, { host: '127.0.0.1', port: portOf(app.server) }, sent)
}

/** Sends a request with `request` of `node:http` or `node:https`. `read` reads the body; by default as text. */
export async function sendWith (
  request: typeof http1Request,
  to: RequestOptions,
  { method, path, headers, body }: SentRequest,
  read: (response: IncomingMessage) => Promise<string> = text
): Promise<ReceivedAnswer> {
  const length = body !== undefined && { 'content-length': Buffer.byteLength(body) }
  const outgoing: OutgoingHttpHeaders = { host: HOST_NAME, ...headers, ...length }
  return await new Promise((resolve, reject) => {
    request({ ...to, method, path, headers: outgoing, agent: false }, (response) => {
      const { statusCode = 0, statusMessage = '' } = response
      const headers = withoutConnectionHeaders(response.headers)
      read(response).then((body) => resolve({ status: statusCode, statusMessage, headers, body }), reject)
    }).on('error', reject).end(body)
  })
}

export function withoutConnectionHeaders<V> (headers: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CONNECTION_HEADERS.includes(name)))
}

/** Rewrites an answer over TLS to the answer over plain HTTP: links contain the protocol of the request. */
export function asOverHttp ({ path }: SentRequest, received: ReceivedAnswer): ReceivedAnswer {
  const links = ['self', 'health', 'health-path', 'history', 'ui', 'info', 'version']
  if (path !== '/z') return received
  const length = Number(received.headers['content-length']) - 's'.length * links.length
  return {
    ...received,
    body: received.body.replaceAll('https://', 'http://'),
    headers: { ...received.headers, 'content-length': String(length) }
  }
}
