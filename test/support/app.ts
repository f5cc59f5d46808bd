import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from 'fastify'
import type t from 'tap'
import management from '../../lib/index.js'
import type { ManagementOptions } from '../../lib/index.js'
import { KeepingLog } from './log.js'
import type { Line } from './log.js'

/** What a test may know of an answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The text read as JSON. */
  readonly body: unknown
}

export interface TestApp {
  readonly app: FastifyInstance
  /** What the app logged. */
  readonly lines: readonly Line[]
  readonly url: string
  readonly get: (path: string, headers?: Record<string, string>, method?: string) => Promise<Answer>
}

export interface TestAppOptions {
  readonly fastify?: FastifyServerOptions
  /** What is done to the app before the plugin is registered. */
  readonly before?: (app: FastifyInstance) => void | Promise<void>
  /** What is done to it after. */
  readonly after?: (app: FastifyInstance) => void | Promise<void>
}

type Test = Pick<typeof t, 'teardown'>

/** Starts an app with the plugin on a free port of the loopback interface, and closes it with the test. */
export async function startApp (test: Test, options: ManagementOptions = {}, { fastify = {}, before, after }: TestAppOptions = {}): Promise<TestApp> {
  const log = new KeepingLog()
  const app: FastifyInstance = Fastify({ loggerInstance: log, forceCloseConnections: true, ...fastify })
  test.teardown(async () => await app.close())
  await before?.(app)
  await app.register(management, options)
  await after?.(app)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, lines: log.lines, url, get: async (path, headers, method) => await ask(url + path, headers, method) }
}

/** An app that is never started, for what needs no more of it than its log. */
export function unstarted (log: FastifyBaseLogger): FastifyInstance {
  return Fastify({ loggerInstance: log })
}

/** Asks over HTTP. */
export async function ask (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const response = await fetch(url, { method, headers, redirect: 'manual' })
  const text = await response.text()
  return { status: response.status, headers: Object.fromEntries(response.headers), text, body: parse(text) }
}

/** The port that a server listens on. */
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
