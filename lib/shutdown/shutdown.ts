import type { EventEmitter } from 'node:events'
import type { Server } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.js'
import { rootOf } from '../base/root-of.js'
import { TIMED_OUT, withTimeout } from '../base/with-timeout.js'
import type { Lifecycle } from '../health/lifecycle.js'
import { logSafely } from '../base/safe-log.js'
import { hasMethods } from '../base/type-guards.js'
import type { ShutdownSettings, ShutdownSignal } from '../options/shutdown-option.js'
import { Connections } from './connections.js'
import { describeWait, OpenRequests } from './open-requests.js'
import type { SignalledApp } from './process-signals.js'
import type { SharedSignals } from './shared-signals.js'

/** The share of the timeout after which a log line names the open requests. */
const LONG_WAIT = 0.5

export interface ShutdownDependencies {
  readonly fastify: FastifyInstance
  readonly settings: ShutdownSettings
  readonly lifecycle: Pick<Lifecycle, 'drain' | 'hurry'>
  readonly signals: SharedSignals
  readonly clock: Clock
}

/** The `onClose` method that avvio adds to a Fastify instance. The last added hook runs first. */
interface Closable {
  onClose (hook: () => Promise<void>): unknown
}

type State = Serving | Draining | Closing

interface Serving {
  readonly name: 'serving'
}

interface Draining {
  readonly name: 'draining'
  readonly drained: Promise<void>
}

interface Closing {
  readonly name: 'closing'
  readonly closed: Promise<void>
  readonly isSignalled: boolean
}

/**
 * Shuts down an app at a signal. Controls the lifecycle, the connections and Fastify.
 * Only Fastify calls back, through the `onClose` hook `#beforeClose`. The states follow each other in this order:
 *
 * 1. `serving`: until the first signal.
 * 2. `draining`: readiness fails, the app serves, and responses announce the close.
 *    Ends after the delay or at the second signal. If the app calls `fastify.close()`, that call waits for this end.
 * 3. `closing`: calls `shutdown.close`, then `fastify.close()`. Before Fastify begins to refuse requests,
 *    `#beforeClose` stops accepting connections and closes idle ones. Then waits until all others have closed.
 *    When the close ends, fails or exceeds the timeout, the app leaves the process signals.
 *
 * If the app calls `fastify.close()` without a signal, `serving` changes to `closing` without a drain.
 * A first signal during this close has no delay: it announces the close and closes connections when they are idle.
 */
export class Shutdown implements SignalledApp {
  readonly #dependencies: ShutdownDependencies
  readonly #connections = new Connections()
  readonly #requests: OpenRequests
  #state: State = { name: 'serving' }
  #stopped: Promise<void> | undefined

  private constructor (dependencies: ShutdownDependencies) {
    this.#dependencies = dependencies
    this.#requests = new OpenRequests(dependencies.clock)
    this.#watch(dependencies.fastify.server)
  }

  #watch (server: EventEmitter): void {
    this.#connections.watch(server)
    this.#requests.watch(server)
  }

  /** Adds the hooks that shut down an app at a signal. Must be called before the app is ready. */
  static install (dependencies: ShutdownDependencies): void {
    const { fastify } = dependencies
    const shutdown = new Shutdown(dependencies)
    const beforeClose = async (): Promise<void> => await shutdown.#beforeClose()
    const hasOnClose = hasMethods(fastify, 'onClose')
    // Without `onClose`, which Fastify does not document, idle clients may get a 503 before their connection is closed.
    if (!hasOnClose) fastify.addHook('preClose', beforeClose)
    fastify.addHook('onReady', (done) => {
      // A hook added here runs before Fastify begins to refuse requests. A `preClose` hook would run too late.
      if (hasOnClose) (fastify as unknown as Closable).onClose(beforeClose)
      shutdown.#joinWhenListening()
      done()
    })
    fastify.addHook('onListen', (done) => {
      for (const server of additionalServers(fastify)) shutdown.#watch(server)
      done()
    })
  }

  get signals (): readonly ShutdownSignal[] {
    return this.#dependencies.settings.signals
  }

  onSignal (signal: ShutdownSignal, nth: number): void {
    if (nth === 1) void this.#shutDown(signal)
    else if (nth === 2) {
      this.#log('info', `${signal}: second signal, the app closes without further delay`)
      this.#dependencies.lifecycle.hurry()
    } else this.#log('error', `${signal}: third signal, the process exits at once`)
  }

  #joinWhenListening (): void {
    const { fastify: { server }, signals } = this.#dependencies
    // Fastify's `onListen` hook is too late: it runs after the hooks of other plugins.
    // It never runs if the app opens the server without Fastify.
    if (server.listening) signals.join(this)
    else server.once('listening', () => signals.join(this))
  }

  async #shutDown (signal: ShutdownSignal): Promise<void> {
    const { settings: { timeout }, signals, clock } = this.#dependencies
    if (this.#state.name === 'closing') this.#joinClose(signal, this.#state)
    else await this.#drain(signal)
    const { closed } = this.#beginClose(true)
    const cancel = clock.after(timeout * LONG_WAIT, () => this.#logWait('info'))
    void closed.then(cancel)
    if (await withTimeout(timeout, closed, clock) !== TIMED_OUT) return
    this.#logWait('warn')
    this.#log('error', `the app has not closed within ${timeout} ms: open requests are cut off`)
    signals.leave(this, false)
  }

  async #drain (signal: ShutdownSignal): Promise<void> {
    const { lifecycle, settings: { delay } } = this.#dependencies
    this.#log('info', `${signal}: the app is out of service, and closes in ${delay} ms`)
    this.#connections.announceClose()
    const drained = lifecycle.drain(delay)
    this.#state = { name: 'draining', drained }
    await drained
  }

  /** Handles a first signal while the app already closes without one. */
  #joinClose (signal: ShutdownSignal, state: Closing): void {
    this.#state = { ...state, isSignalled: true }
    this.#log('info', `${signal}: the app is already closing`)
    this.#connections.announceClose()
    this.#connections.closeWhenIdle()
  }

  /** Changes to `closing`, unless the app already closes. */
  #beginClose (isSignalled: boolean): Closing {
    if (this.#state.name === 'closing') return this.#state
    const closing: Closing = { name: 'closing', closed: this.#close(isSignalled), isSignalled }
    this.#state = closing
    return closing
  }

  /** Closes the app, or waits for a close that has already begun. Then leaves the process signals. */
  async #close (isSignalled: boolean): Promise<void> {
    const { fastify, signals, settings: { close } } = this.#dependencies
    try {
      if (isSignalled && close !== undefined) await this.#closeBy(close)
      else await fastify.close()
      if (this.#isSignalled) {
        await this.#connections.allClosed()
        this.#log('info', 'the app has closed')
      }
      signals.leave(this)
    } catch (error) {
      // Without a signal, the app itself called `fastify.close()` and receives the error.
      if (this.#isSignalled) this.#log('error', 'the app failed to close', { err: error })
      signals.leave(this, false)
    }
  }

  /**
   * Calls the function of the option `close` after the open requests have been answered: Nest closes its pools before
   * it closes Fastify. A response without an end may delay the call by half of the timeout.
   *
   * Closes Fastify as well, which the function may have forgotten or not reached. Otherwise no `onClose` hook would
   * run, and connections would stay open until the timeout.
   */
  async #closeBy (close: () => unknown): Promise<void> {
    const { fastify, settings: { timeout }, clock } = this.#dependencies
    try {
      await this.#stopAccepting()
      await withTimeout(Math.ceil(timeout / 2), this.#connections.answered(), clock)
      await close()
    } finally {
      await fastify.close()
    }
  }

  get #isSignalled (): boolean {
    return this.#state.name === 'closing' && this.#state.isSignalled
  }

  /** Runs first in every close, also when the app calls `fastify.close()`, for example in its own signal handler. */
  async #beforeClose (): Promise<void> {
    if (this.#state.name === 'serving') {
      this.#beginClose(false)
      return
    }
    if (this.#state.name === 'draining') await this.#state.drained
    await this.#stopAccepting()
  }

  /** Stops accepting connections and closes idle ones. A second call waits for the first. */
  async #stopAccepting (): Promise<void> {
    this.#stopped ??= this.#connections.stopAccepting(this.#dependencies.clock)
    await this.#stopped
    // Close idle connections now: Fastify would refuse the next request on them.
    this.#connections.closeWhenIdle()
  }

  #logWait (level: 'info' | 'warn'): void {
    const { fields, text } = describeWait(this.#requests.list(), this.#connections.count)
    this.#log(level, text, fields)
  }

  #log (level: 'error' | 'info' | 'warn', text: string, fields: object = {}): void {
    logSafely(this.#dependencies.fastify.log, level, fields, text)
  }
}

/**
 * Finds the servers that Fastify opens besides `fastify.server`: for `localhost`, one for each further address.
 * Fastify does not expose them, and `fastify.close()` does not wait for them. A version of Fastify that keeps them
 * elsewhere has none here: the shutdown then does not wait for their requests.
 */
function additionalServers (fastify: FastifyInstance): readonly Server[] {
  const root = rootOf(fastify)
  const keys = Object.getOwnPropertySymbols(root).filter(({ description }) => description === 'fastify.serverBindings')
  const found: readonly unknown[] = keys.flatMap<unknown>((key) => Reflect.get(root, key))
  return found.filter(isServer)
}

function isServer (value: unknown): value is Server {
  return hasMethods(value, 'on', 'once', 'prependListener', 'close')
}
