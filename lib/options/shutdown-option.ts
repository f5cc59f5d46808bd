import { delay, delayOrNone, nonEmptyListOf, oneOf, refuse, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { optionsOf } from '../base/option-table.js'
import type { RulesOf } from '../base/option-table.js'
import { isFunction } from '../base/type-guards.js'

/** The signals that can end an app. */
export const SHUTDOWN_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const

/**
 * A signal that can end an app.
 *
 * @see `docs/options.md#shutdown`
 */
export type ShutdownSignal = typeof SHUTDOWN_SIGNALS[number]

/**
 * How a signal ends the app: out of service, a delay, then `close`.
 *
 * @example { delay: 10_000, timeout: 15_000 }
 * @see `docs/graceful-shutdown.md`
 */
export interface ShutdownOption {
  /**
   * The signals that end the app.
   *
   * @default ['SIGTERM', 'SIGINT']
   * @example { signals: ['SIGTERM'] }
   * @see `docs/options.md#shutdown`
   */
  readonly signals?: readonly ShutdownSignal[] | undefined
  /**
   * How long the app is out of service and still serves, before it closes, in milliseconds, from 0.
   *
   * @default 5_000 in Kubernetes (if `KUBERNETES_SERVICE_HOST` is set), otherwise 0
   * @example { delay: 10_000 }
   * @see `docs/options.md#shutdown`
   * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow
   */
  readonly delay?: number | undefined
  /**
   * The longest time to close after the delay, in milliseconds, from 1; then the process exits with code 1.
   *
   * @default 10_000
   * @example { timeout: 15_000 }
   * @see `docs/options.md#shutdown`
   */
  readonly timeout?: number | undefined
  /**
   * Closes the app after the delay and the answers to open requests; `fastify.close()` follows in any case.
   *
   * @default () => fastify.close()
   * @example { close: () => app.close() } // in Nest
   * @see `docs/graceful-shutdown.md`
   */
  readonly close?: (() => unknown) | undefined
}

/** How a signal ends the app. Times are in milliseconds. */
export interface ShutdownSettings {
  readonly signals: readonly ShutdownSignal[]
  readonly delay: number
  readonly timeout: number
  /** `undefined`: only Fastify is closed. */
  readonly close: (() => unknown) | undefined
}

/** 10 s plus the delay stay below the 30 s that Kubernetes gives a pod. */
const SHUTDOWN_TIMEOUT_MS = 10_000

/** The rule of `shutdown`. `false` turns it off, and `true` uses the defaults. */
export function shutdown (drainDelayMs: number): Rule<ShutdownSettings | undefined> {
  const read = optionsOf({
    signals: withDefault(shutdownSignals, ['SIGTERM', 'SIGINT']),
    delay: withDefault(delayOrNone, drainDelayMs),
    timeout: withDefault(delay, SHUTDOWN_TIMEOUT_MS),
    close: withDefault(closeFunction, undefined)
  } satisfies RulesOf<ShutdownOption>, { expected: 'true, false, or an object with signals, delay, timeout and close' })
  return (value, path) => value === false ? undefined : read(value === true ? {} : value, path)
}

/** Gives each signal once. */
const shutdownSignals: Rule<readonly ShutdownSignal[]> = (value, path) =>
  [...new Set(nonEmptyListOf(oneOf(SHUTDOWN_SIGNALS))(value, path))]

const closeFunction: Rule<() => unknown> = (value, path) =>
  isFunction(value)
    ? value
    : refuse(value, path, 'a function that closes the app, for example () => app.close(); omit it to close Fastify')
