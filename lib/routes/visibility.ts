import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../base/clock.js'
import { GuardedFunction } from '../base/guarded-function.js'
import type { Logger } from '../base/logger.js'
import type { Settings } from '../options/settings.js'
import type { Show } from '../options/types.js'
import { Authorization } from './authorization.js'

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
  readonly #authorization: Pick<Authorization, 'allows'>

  constructor (components: ShowRule, details: ShowRule, authorization: Pick<Authorization, 'allows'>) {
    this.#components = components
    this.#details = details
    this.#authorization = authorization
  }

  /** Returns the policy of the options. */
  static of (
    { showComponents, showDetails, auth }: Pick<Settings, 'showComponents' | 'showDetails' | 'auth'>,
    log: Logger,
    clock: Clock
  ): VisibilityPolicy {
    return new VisibilityPolicy(
      { show: showComponents, guardedFunction: new GuardedFunction('showComponents', log, clock) },
      { show: showDetails, guardedFunction: new GuardedFunction('showDetails', log, clock) },
      new Authorization(auth, log, clock)
    )
  }

  /** Whether components are shown; `undefined` if a function or the `auth` hooks decide this for each request. */
  get showsComponents (): boolean | undefined {
    const { show } = this.#components
    return typeof show === 'function' || show === 'authorized' ? undefined : show === 'always'
  }

  /** Whether `/health` and `/health/NAME` are open, because the `auth` hooks decide only how much they show. */
  get isOpen (): boolean {
    return this.#components.show === 'authorized' || this.#details.show === 'authorized'
  }

  /** Whether a request that sees this much of an open endpoint has passed the `auth` hooks. */
  isAuthorized ({ components, details }: Visibility): boolean {
    return (this.#components.show === 'authorized' && components) || (this.#details.show === 'authorized' && details)
  }

  /** The policy of probes: `'authorized'` means `'never'`. Unlimited probes must not serve to guess passwords. */
  get forProbes (): VisibilityPolicy {
    if (!this.isOpen) return this
    return new VisibilityPolicy(withoutAuthorization(this.#components), withoutAuthorization(this.#details),
      this.#authorization)
  }

  /**
   * The policy of the probes if the reports are closed. The `auth` hooks do not run for probes, so components that are
   * shown `'always'` are hidden. A function still decides for each request.
   */
  get whenReportsAreClosed (): VisibilityPolicy {
    if (this.showsComponents !== true) return this
    return new VisibilityPolicy({ ...this.#components, show: 'never' }, this.#details, this.#authorization)
  }

  /** Decides for one request. After `timeLimitMs`, a function that has not returned counts as `false`. */
  async visibilityFor (
    request: FastifyRequest, reply: FastifyReply, timeLimitMs: number | undefined
  ): Promise<Visibility> {
    const isAuthorized = this.isOpen ? this.#authorization.allows(request, reply, timeLimitMs) : Promise.resolve(false)
    const [components, details] = await Promise.all([this.#components, this.#details].map(async (rule) =>
      rule.show === 'authorized' ? await isAuthorized : await isShown(rule, request, timeLimitMs)))
    return { components: components === true, details: details === true }
  }
}

interface ShowRule {
  readonly show: Show
  readonly guardedFunction: GuardedFunction
}

function withoutAuthorization (rule: ShowRule): ShowRule {
  return rule.show === 'authorized' ? { ...rule, show: 'never' } : rule
}

/** Only the result `true` shows. A function that returns nothing, or returns a user object, hides. */
async function isShown (
  { show, guardedFunction }: ShowRule, request: FastifyRequest, timeLimitMs: number | undefined
): Promise<boolean> {
  if (typeof show !== 'function') return show === 'always'
  const shown: unknown = await guardedFunction.run(() => show(request), timeLimitMs)
  return shown === true
}
