import type { FastifyRequest } from 'fastify'
import type { GuardedFunction } from '../base/guarded-function.js'
import { PEER_TIMEOUT_MS } from '../health/report.js'
import type { Show } from '../options/types.js'
import { isPeer } from '../dependencies/peer.js'

/** The parts of a report that one request may see. */
export interface Visibility {
  readonly components: boolean
  readonly details: boolean
}

export const STATUS_ONLY: Visibility = { components: false, details: false }

/** Decides which parts of a report a request may see. If a function of the app fails, it counts as `false`. */
export class VisibilityPolicy {
  readonly #components: ShowRule
  readonly #details: ShowRule

  constructor (components: ShowRule, details: ShowRule) {
    this.#components = components
    this.#details = details
  }

  /** Whether components are shown; `undefined` if a function decides this for each request. */
  get showsComponents (): boolean | undefined {
    const { show } = this.#components
    return typeof show === 'function' ? undefined : show === 'always'
  }

  /**
   * The policy of the probes if the reports are closed. The `auth` hooks do not run for probes, so components that are
   * shown `'always'` are hidden. A function still decides for each request.
   */
  get whenReportsAreClosed (): VisibilityPolicy {
    if (this.showsComponents !== true) return this
    return new VisibilityPolicy({ ...this.#components, show: 'never' }, this.#details)
  }

  async visibilityFor (request: FastifyRequest): Promise<Visibility> {
    const timeoutMs = isPeer(request) ? PEER_TIMEOUT_MS : undefined
    const [components, details] = await Promise.all([
      isShown(this.#components, request, timeoutMs),
      isShown(this.#details, request, timeoutMs)
    ])
    return { components, details }
  }
}

interface ShowRule {
  readonly show: Show
  readonly guardedFunction: GuardedFunction
}

/** Only the result `true` shows. A function that returns nothing, or returns a user object, hides. */
async function isShown (
  { show, guardedFunction }: ShowRule, request: FastifyRequest, timeoutMs?: number
): Promise<boolean> {
  if (typeof show !== 'function') return show === 'always'
  const shown: unknown = await guardedFunction.run(() => show(request), timeoutMs)
  return shown === true
}
