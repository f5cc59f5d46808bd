import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from 'fastify'
import type t from 'tap'
import management from '../../lib/index.js'
import type { ManagementOptions } from '../../lib/index.js'
import { RecordingLog } from './log.js'
import type { Line } from './log.js'

/** The parts of an HTTP answer that tests look at. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The text parsed as JSON; `undefined` if it is no JSON. */
  readonly body: unknown
}

export interface TestApp {
  readonly app: FastifyInstance
  /** The lines that the app has logged. */
  readonly lines: readonly Line[]
  readonly url: string
  readonly get: (path: string, headers?: Record<string, string>, method?: string) => Promise<Answer>
}

export interface TestAppOptions {
  readonly fastify?: FastifyServerOptions
  /** Prepares the app before the plugin is registered. */
  readonly before?: (app: FastifyInstance) => void | Promise<void>
  /** Changes the app after the plugin is registered. */
  readonly after?: (app: FastifyInstance) => void | Promise<void>
}

type Test = Pick<typeof t, 'teardown'>

/** Starts an app with the plugin on a free port of the loopback interface, and closes it with the test. */
export async function startApp (
  test: Test,
  options: ManagementOptions = {},
  { fastify = {}, before, after }: TestAppOptions = {}
): Promise<TestApp> {
  const log = new RecordingLog()
  const app: FastifyInstance = Fastify({ loggerInstance: log, forceCloseConnections: true, ...fastify })
  test.teardown(async () => await app.close())
  await before?.(app)
  await app.register(management, options)
  await after?.(app)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const get: TestApp['get'] = async (path, headers, method) => await fetchAnswer(url + path, headers, method)
  return { app, lines: log.lines, url, get }
}

/** Returns an app that never starts, for tests that need only its logger. */
export function unstartedApp (log: FastifyBaseLogger): FastifyInstance {
  return Fastify({ loggerInstance: log })
}

/** Sends a request over HTTP and reads the whole answer. */
export async function fetchAnswer (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const response = await fetch(url, { method, headers, redirect: 'manual' })
  const text = await response.text()
  return { status: response.status, headers: Object.fromEntries(response.headers), text, body: parse(text) }
}

/** Returns the port that a server listens on. */
export function portOf (server: { address: () => AddressInfo | string | null }): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port')
  return address.port
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
