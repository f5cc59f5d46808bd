import { reasonOf } from '../../base/describe.js'
import type { Clock } from '../../base/clock.js'
import { interruptible } from '../../base/interruptible.js'
import type { Logger } from '../../base/logger.js'
import { onAbort } from '../../base/on-abort.js'
import { logSafely } from '../../base/safe-log.js'
import { isRecord } from '../../base/type-guards.js'
import { attemptOr } from '../../base/attempt-or.js'
import { readText } from '../../checks/network/http-body.js'
import type { sendRequest } from '../../checks/network/http-request.js'
import type { HttpAnswer } from '../../probe/http-exchange.js'
import { INSTANCES } from './options.js'
import type { AdminTarget } from './options.js'

/** The parts that a client of one server uses. */
export interface AdminServerDependencies {
  readonly log: Logger
  readonly clock: Clock
  /** In milliseconds. */
  readonly interval: number
  readonly timeout: number
  readonly send: typeof sendRequest
}

/** The most that the deregistration delays the close of the app, in milliseconds. */
export const CLOSE_LIMIT_MS = 1_000

const LONGEST_ID = 200
const PUBLIC_HEADERS = { accept: 'application/json', 'accept-encoding': 'identity', 'content-type': 'application/json' }
/** The address of a redirect may be secret, and a redirected POST becomes a GET, so redirects are not followed. */
const REDIRECTS = [301, 302, 303, 307, 308]

const REMEDIES = new Map([
  [401, ', so check the user name and the password'],
  [403, ', so check the login, and CSRF protection at the server'],
  [404, ', so check the path of "url": it ends before "/instances"']
])

/** Registers an app at one Spring Boot Admin server, again and again, until the app closes. */
export class AdminServer {
  readonly #target: AdminTarget
  readonly #dependencies: AdminServerDependencies
  /** Without the query, which may be secret. */
  readonly #shown: string
  /** Ends the requests when the app has closed. */
  readonly #end = new AbortController()
  #id: string | undefined
  #isAvailable: boolean | undefined
  #isStopped = false
  #sending = Promise.resolve()
  #cancel = (): void => undefined

  constructor (target: AdminTarget, dependencies: AdminServerDependencies) {
    this.#target = target
    this.#dependencies = dependencies
    this.#shown = target.url.origin + target.url.pathname.slice(0, -INSTANCES.length)
  }

  /** Registers the app now, and after each interval. The next request starts after the end of the previous one. */
  start (registration: string): void {
    const { clock, interval } = this.#dependencies
    if (this.#isStopped) return
    this.#sending = this.#register(registration).then(() => {
      if (!this.#isStopped) this.#cancel = clock.inBackground(interval, () => this.start(registration))
    })
  }

  /**
   * Removes the app from the server, after the current request. Resolves after one second at the latest, and never
   * rejects.
   */
  async stop (): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#cancel()
    try {
      await this.#within(CLOSE_LIMIT_MS, async (signal) => {
        await this.#sending
        if (this.#id !== undefined) await this.#deregister(this.#id, signal)
      })
    } catch (error) {
      this.#log('warn', `cannot deregister from Spring Boot Admin at ${this.#shown}: ${reasonOf(error)}`)
    }
    this.#end.abort()
  }

  async #register (registration: string): Promise<void> {
    const { timeout, interval } = this.#dependencies
    try {
      this.#id = await this.#within(timeout, async (signal) => await this.#post(registration, signal))
      if (this.#isAvailable !== true) this.#log('info', `registered with Spring Boot Admin at ${this.#shown}`)
      this.#isAvailable = true
    } catch (error) {
      if (this.#isAvailable !== false && !this.#isStopped) {
        this.#log('warn', `cannot register with Spring Boot Admin at ${this.#shown}: ${reasonOf(error)}; ` +
          `trying again every ${interval} ms`)
      }
      this.#isAvailable = false
    }
  }

  /** Returns the id of the app in the server. */
  async #post (registration: string, signal: AbortSignal): Promise<string> {
    const answer = await this.#send('POST', this.#target.url, signal, registration)
    assertSuccess(answer)
    const text = await readText(answer)
    const body = attemptOr((): unknown => JSON.parse(text), undefined)
    const id = isRecord(body) ? body['id'] : undefined
    if (typeof id === 'string' && id !== '' && id.length <= LONGEST_ID) return id
    throw new Error(`answered ${answer.statusCode} without an id, so it is no Spring Boot Admin server`)
  }

  /** A server that does not know the app has restarted. */
  async #deregister (id: string, signal: AbortSignal): Promise<void> {
    const url = new URL(this.#target.url)
    url.pathname += `/${encodeURIComponent(id)}`
    const answer = await this.#send('DELETE', url, signal)
    if (answer.statusCode !== 404) assertSuccess(answer)
    answer.body.destroy()
  }

  async #send (method: 'POST' | 'DELETE', url: URL, signal: AbortSignal, body?: string): Promise<HttpAnswer> {
    const { headers } = this.#target
    return await this.#dependencies.send({
      url, method, body, publicHeaders: PUBLIC_HEADERS, headers, finalStatusCodes: REDIRECTS, signal
    })
  }

  /** Ends work after a time, or when the app has closed. */
  async #within<T> (limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit = new AbortController()
    const abort = (): void => limit.abort()
    const cancel = this.#dependencies.clock.inBackground(limitMs, abort)
    const stopListening = onAbort(this.#end.signal, abort)
    try {
      return await interruptible(work(limit.signal), ({ reject }) =>
        onAbort(limit.signal, () => reject(new Error(`no answer within ${limitMs} ms`))))
    } finally {
      cancel()
      stopListening()
    }
  }

  #log (level: 'info' | 'warn', text: string): void {
    logSafely(this.#dependencies.log, level, {}, text)
  }
}

/** Throws for an answer without success, whose body is not read. */
function assertSuccess ({ statusCode, body }: HttpAnswer): void {
  if (statusCode >= 200 && statusCode <= 299) return
  body.destroy()
  throw new Error(`answered ${statusCode}${remedyFor(statusCode)}`)
}

function remedyFor (statusCode: number): string {
  if (REDIRECTS.includes(statusCode)) return ', a redirect, so set "url" to the address that it leads to'
  return REMEDIES.get(statusCode) ?? ''
}
