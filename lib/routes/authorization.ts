import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../base/clock.js'
import { GuardedFunction } from '../base/guarded-function.js'
import type { Logger } from '../base/logger.js'
import type { AuthHook } from '../options/types.js'
import { verdictOf } from './auth-hook.js'
import { ReplyRecorder } from './reply-recorder.js'

/** Decides whether a request passes all `auth` hooks, for `'authorized'`. The request is answered in any case. */
export class Authorization {
  readonly #hooks: readonly AuthHook[]
  readonly #guardedHooks: GuardedFunction

  constructor (hooks: readonly AuthHook[], log: Logger, clock: Clock) {
    this.#hooks = hooks
    this.#guardedHooks = new GuardedFunction('auth', log, clock)
  }

  /** Runs the hooks one after the other, against a recorder. A hook that fails or hangs refuses the request. */
  async allows (request: FastifyRequest, reply: FastifyReply, timeLimitMs: number | undefined): Promise<boolean> {
    const recorder = new ReplyRecorder(reply)
    return await this.#guardedHooks.run(async () => await this.#allPass(request, recorder), timeLimitMs) === true
  }

  async #allPass (request: FastifyRequest, recorder: ReplyRecorder): Promise<boolean> {
    for (const hook of this.#hooks) if (!await passes(hook, request, recorder)) return false
    return this.#hooks.length > 0
  }
}

/** A hook passes if it ends without an answer, and its result lets the request pass. */
async function passes (hook: AuthHook, request: FastifyRequest, recorder: ReplyRecorder): Promise<boolean> {
  const answered = recorder.answered.then(() => ({ passes: false }))
  const { passes } = await Promise.race([verdictOf(hook, request.server, request, recorder.reply), answered])
  return passes && !recorder.isAnswered
}
