import type { EventEmitter } from 'node:events'
import type { Clock } from '../../base/clock.js'
import { Deferred } from '../../base/deferred.js'
import type { ProbeResult } from '../http-probe.js'
import { viewFor } from './views.js'
import type { Out, View } from './views.js'
import { WatchedApp } from './watched-app.js'

export interface WatchOptions {
  readonly urls: readonly URL[]
  readonly intervalMs: number
  readonly json: boolean
}

export interface WatchDependencies {
  readonly probe: (url: URL) => Promise<ProbeResult>
  readonly clock: Clock
  readonly stdout: Out
  readonly env: NodeJS.ProcessEnv
  /** Emits SIGINT and SIGTERM. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Probes each URL again and again, until a signal or a failed write ends it. Returns 0 if the last probe of each URL
 * has passed, otherwise 1.
 */
export async function watch (options: WatchOptions, dependencies: WatchDependencies): Promise<0 | 1> {
  const { stdout, env, signals } = dependencies
  const apps = options.urls.map((url) => new WatchedApp(url))
  const view = viewFor(stdout, env, apps, options)
  const end = new End()
  for (const signal of SIGNALS) signals.on(signal, end.now)
  // The reader has gone, for example `head`. The listener stays, because later writes fail too.
  stdout.on('error', end.now)
  view.begin()
  try {
    const loops = apps.map(async (app) => await probeUntil(end, app, view, { ...options, ...dependencies }))
    await Promise.race([end.reached, ...loops])
  } finally {
    end.now()
    await view.end()
    for (const signal of SIGNALS) signals.off(signal, end.now)
  }
  return apps.every(({ passes }) => passes) ? 0 : 1
}

/** The end of a watch. */
class End {
  readonly #reached = new Deferred<void>()
  readonly #pauses = new Set<() => void>()
  #isReached = false

  get reached (): Promise<void> {
    return this.#reached.promise
  }

  isReached (): boolean {
    return this.#isReached
  }

  readonly now = (): void => {
    this.#isReached = true
    this.#reached.resolve()
    for (const resume of this.#pauses) resume()
  }

  /** Waits for a time, or until the end. */
  async pause (delayMs: number, clock: Clock): Promise<void> {
    await new Promise<void>((resolve) => {
      const resume = (): void => {
        cancel()
        this.#pauses.delete(resume)
        resolve()
      }
      const cancel = clock.after(delayMs, resume)
      this.#pauses.add(resume)
    })
  }
}

async function probeUntil (
  end: End, app: WatchedApp, view: View, { probe, clock, intervalMs }: WatchDependencies & WatchOptions
): Promise<void> {
  while (!end.isReached()) {
    const startedAt = clock.now()
    const result = await probe(app.url)
    if (end.isReached()) return
    await view.show(app, { url: app.url, time: clock.date(), durationMs: clock.now() - startedAt, result })
    if (!end.isReached()) await end.pause(intervalMs, clock)
  }
}
