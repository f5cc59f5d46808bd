import { Server } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.js'
import { TIMED_OUT, withTimeout } from '../base/with-timeout.js'
import type { Lifecycle } from '../health/lifecycle.js'
import type { ShutdownSignal } from '../options/types.js'
import { logSafely } from '../base/safe-log.js'
import type { ShutdownSettings } from '../options/settings.js'
import { Connections } from './connections.js'
import type { Member, ProcessSignals } from './process-signals.js'

/** What the shutdown of an app is made of. */
export interface ShutdownDependencies {
  readonly fastify: FastifyInstance
  readonly settings: ShutdownSettings
  readonly availability: Pick<Lifecycle, 'drain' | 'hurry'>
  readonly signals: Pick<ProcessSignals, 'join' | 'leave'>
  readonly clock: Clock
}

/** An instance of Fastify has it of avvio, which runs what is given last first. */
interface Closable {
  onClose (hook: () => Promise<void>): unknown
}

/**
 * Ends an app at a signal, from when it listens until it has closed: out of service, a while during which it serves whoever has
 * not heard of that, then `fastify.close()`.
 */
export class Shutdown implements Member {
  readonly #parts: ShutdownDependencies
  readonly #connections = new Connections()
  #isSignalled = false
  #drained: Promise<void> | undefined
  #closed: Promise<void> | undefined

  private constructor (parts: ShutdownDependencies) {
    this.#parts = parts
    this.#connections.watch(parts.fastify.server)
  }

  /** Has an app shut down by signals. To be called before it is ready. */
  static of (parts: ShutdownDependencies): void {
    const { fastify } = parts
    const shutdown = new Shutdown(parts)
    fastify.addHook('onReady', (done) => {
      // A hook that comes now is run before Fastify begins to refuse requests, whoever closes the app; `preClose` is too late.
      (fastify as unknown as Closable).onClose(async () => await shutdown.#beforeClose())
      shutdown.#joinWhenListening()
      done()
    })
    fastify.addHook('onListen', (done) => {
      for (const server of furtherServers(fastify)) shutdown.#connections.watch(server)
      done()
    })
  }

  get signals (): readonly ShutdownSignal[] {
    return this.#parts.settings.signals
  }

  receive (signal: ShutdownSignal, nth: number): void {
    const { availability } = this.#parts
    if (nth === 1) void this.#end(signal)
    else if (nth === 2) {
      this.#say('info', `${signal}: a second signal, the app closes without waiting any longer`)
      availability.hurry()
    } else this.#say('error', `${signal}: a third signal, the process exits whatever is under way`)
  }

  #joinWhenListening (): void {
    const { fastify: { server }, signals } = this.#parts
    // Not by the hook `onListen`: it comes after those of other plugins, and not at all where the app's server is not opened by Fastify.
    if (server.listening) signals.join(this)
    else server.once('listening', () => signals.join(this))
  }

  async #end (signal: ShutdownSignal): Promise<void> {
    const { settings: { timeout }, signals, clock } = this.#parts
    this.#isSignalled = true
    if (this.#closed === undefined) await this.#drain(signal)
    else this.#hasten(signal)
    this.#closed ??= this.#close()
    if (await withTimeout(timeout, this.#closed, clock) !== TIMED_OUT) return
    this.#say('error', `the app has not closed within ${timeout} ms: what is under way is cut off`)
    signals.leave(this, false)
  }

  async #drain (signal: ShutdownSignal): Promise<void> {
    const { availability, settings: { delay } } = this.#parts
    this.#say('info', `${signal}: the app is out of service, and closes in ${delay} ms`)
    this.#connections.release()
    this.#drained = availability.drain(delay)
    await this.#drained
  }

  /** Somebody has begun to close the app before the signal came. */
  #hasten (signal: ShutdownSignal): void {
    this.#say('info', `${signal}: the app is closing already`)
    this.#connections.release()
    this.#connections.close()
  }

  /** Closes the app, or sees to its being closed, and leaves. */
  async #close (): Promise<void> {
    const { fastify, signals } = this.#parts
    try {
      await fastify.close()
      if (this.#isSignalled) {
        await this.#connections.gone()
        this.#say('info', 'the app has closed')
      }
      signals.leave(this)
    } catch (error) {
      // Without a signal somebody else has called `close`, and is told.
      if (this.#isSignalled) this.#say('error', 'the app has failed to close', { err: error })
      signals.leave(this, false)
    }
  }

  /** Whoever closes the app, another handler of the same signal for example, waits until it is drained. */
  async #beforeClose (): Promise<void> {
    const { clock } = this.#parts
    if (this.#drained !== undefined) {
      await this.#drained
      await this.#connections.stop(clock)
      // Before anything else can arrive Fastify begins to refuse requests: whoever asked on one of these would be refused.
      this.#connections.close()
    }
    this.#closed ??= this.#close()
  }

  #say (level: 'error' | 'info', text: string, fields: object = {}): void {
    logSafely(this.#parts.fastify.log, level, fields, text)
  }
}

/**
 * For `localhost` Fastify opens a server for each address that the name has, tells of the first only, and does not wait for the others
 * when it closes.
 */
function furtherServers (fastify: FastifyInstance): readonly Server[] {
  const root = rootOf(fastify)
  const keys = Object.getOwnPropertySymbols(root).filter(({ description }) => description === 'fastify.serverBindings')
  const found: readonly unknown[] = keys.flatMap<unknown>((key) => Reflect.get(root, key))
  return found.filter((server) => server instanceof Server)
}

/** An encapsulated instance has its parent as its prototype. */
function rootOf (instance: object): object {
  const parent: unknown = Object.getPrototypeOf(instance)
  return typeof parent === 'object' && parent !== null && parent !== Object.prototype ? rootOf(parent) : instance
}
