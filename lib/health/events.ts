import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import { logSafely } from '../base/safe-log.js'
import type { CheckObserver, OnTracedEnd, RunStart, StatusChange } from './check/check.js'
import type { Component } from './component.js'
import type { Kind } from './kind.js'

/**
 * What subscribers of the tracing channel `fastify-management-endpoints:check` are handed: the same object at each event of
 * a run. The run has ended at `asyncEnd`, and if it was cancelled, there is an `error` and no `result`.
 *
 * @see https://nodejs.org/docs/latest/api/diagnostics_channel.html#tracingchannel-channels
 */
export interface CheckRunMessage extends RunStart {
  /** The app whose check it is. */
  readonly fastify: FastifyInstance
  readonly kinds: readonly Kind[]
  /** What the run came to, with its time and duration; what is shown may differ, by thresholds and `failureStatus`. */
  result?: Component
  /** How long the run took, in milliseconds. */
  durationMs?: number
  /** The runs that timed out and have not ended yet, this one among them if it has timed out. */
  abandoned: number
  /** An `AbortError`, when the check was removed, or the app closed, during the run. */
  error?: unknown
}

/**
 * What subscribers of the channel `fastify-management-endpoints:status` are handed: a change of the status that a check, or the
 * app's own state as `lifecycle`, is shown with. A check's first result is a change from `UNKNOWN`, its removal one to it.
 * Another service that is asked for several kinds changes for each of them.
 */
export interface StatusChangeMessage extends StatusChange {
  /** The app whose check it is. */
  readonly fastify: FastifyInstance
  readonly kinds: readonly Kind[]
}

const RUNS = tracingChannel<unknown, CheckRunMessage>('fastify-management-endpoints:check')
const CHANGES = channel('fastify-management-endpoints:status')

/** Tells of what happens to the checks of one instance: to its log, and to whoever subscribes to the channels. */
export class Events {
  readonly #fastify: FastifyInstance

  constructor (fastify: FastifyInstance) {
    this.#fastify = fastify
  }

  /** What one check tells to, with the kinds that it has at the time. */
  of (kinds: () => Iterable<Kind>): CheckObserver {
    return {
      get isTracing () { return RUNS.hasSubscribers },
      trace: (start, begin) => this.#trace({ fastify: this.#fastify, ...start, kinds: [...kinds()] }, begin),
      changed: (change) => this.changed({ ...change, kinds: [...kinds()] }),
      hangs: (check, abandoned) => logSafely(this.#fastify.log, 'warn', { check, kinds: [...kinds()], abandoned }, `check "${check}" hangs: a run that timed out has not ended`)
    }
  }

  /** Publishes every change, and logs those that are news: not that a check is well from the start, nor that it is gone. */
  changed (change: Omit<StatusChangeMessage, 'fastify'>): void {
    const { check, from, to } = change
    const isNews = to !== 'UNKNOWN' && (from !== 'UNKNOWN' || to !== 'UP')
    if (isNews) logSafely(this.#fastify.log, to === 'UP' ? 'info' : 'warn', change, `check "${check}" is ${to}`)
    if (CHANGES.hasSubscribers) CHANGES.publish({ fastify: this.#fastify, ...change } satisfies StatusChangeMessage)
  }

  #trace (message: CheckRunMessage, begin: (onEnd: OnTracedEnd) => void): void {
    const run = async (): Promise<Component> => await new Promise((resolve, reject) => {
      begin((ending, abandoned) => {
        message.abandoned = abandoned
        if (ending === undefined) {
          reject(new DOMException('the run was cancelled', 'AbortError'))
          return
        }
        message.durationMs = ending.run.durationMs
        // A copy: what a subscriber does to it must not change what is shown.
        resolve(structuredClone(ending.run))
      })
    })
    // A cancelled run is told of as an error; there is nobody else to tell.
    RUNS.tracePromise(run, message).catch(() => undefined)
  }
}
