import type { FastifyRequest } from 'fastify'
import type { GuardedFunction } from '../base/guarded-function.js'
import type { Show } from '../options/types.js'

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

  /** Decides for one request. After `timeLimitMs`, a function that has not returned counts as `false`. */
  async visibilityFor (request: FastifyRequest, timeLimitMs: number | undefined): Promise<Visibility> {
    const [components, details] = await Promise.all([
      isShown(this.#components, request, timeLimitMs),
      isShown(this.#details, request, timeLimitMs)
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
  { show, guardedFunction }: ShowRule, request: FastifyRequest, timeLimitMs: number | undefined
): Promise<boolean> {
  if (typeof show !== 'function') return show === 'always'
  const shown: unknown = await guardedFunction.run(() => show(request), timeLimitMs)
  return shown === true
}
