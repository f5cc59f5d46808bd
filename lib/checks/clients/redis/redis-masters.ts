import { CheckFailure } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { SharedRequest } from '../../kit/shared-request.js'
import type { Master } from './redis-cluster.js'
import { CONNECTION_CLOSED } from './redis-monitor.js'
import type { RedisMonitor } from './redis-monitor.js'
import { askServer } from './redis-server.js'
import type { ServerAnswer } from './redis-server.js'

/** The answers of the masters that serve, and the reasons of the others. */
export interface MasterAnswers {
  readonly answers: readonly ServerAnswer[]
  readonly failures: readonly string[]
}

/** Asks all masters of a cluster at once. Each has its own connection, and at most one pending question. */
export class RedisMasters {
  readonly #request = new SharedRequest(async (master: Master) => await askServer({ ...master, ownsKey: true }))

  /** Never rejects. */
  async ask (masters: readonly Master[], limit: TimeLimit, monitor: RedisMonitor): Promise<MasterAnswers> {
    const answers: ServerAnswer[] = []
    const failures: string[] = []
    await Promise.all(masters.map(async (master) => {
      try {
        if (master.isLost) throw new Error(CONNECTION_CLOSED)
        answers.push(await this.#request.send(master, limit, () => monitor.timeoutMessage(limit)))
      } catch (error) {
        master.memory.forget()
        failures.push(monitor.reasonOf(error))
      }
    }))
    if (failures.length === 0) monitor.succeeded()
    return { answers, failures }
  }
}

/** Returns one answer for the whole cluster: an answer that refuses writes counts, and the longest latency. */
export function mergeAnswers (answers: readonly ServerAnswer[]): ServerAnswer | undefined {
  const worst = answers.find(({ readOnly }) => readOnly === true) ?? answers.find(({ readOnly }) => readOnly !== false)
  const chosen = worst ?? answers[0]
  return chosen && { ...chosen, latencyMs: Math.max(...answers.map(({ latencyMs }) => latencyMs)) }
}

/**
 * Returns why a cluster does not serve all keys. It is `DOWN` if no master serves. If some do, the app can use a part
 * of its keys: the cluster is then `DEGRADED`, unless each master must accept writes.
 */
export function failureOf ({ answers, failures }: MasterAnswers, writable: boolean): Error | undefined {
  const [first] = failures
  if (first === undefined) return undefined
  const reason = failures.find((failure) => failure.startsWith('CLUSTERDOWN')) ?? first
  if (answers.length === 0) return new Error(reason)
  const message = `${failures.length} of ${failures.length + answers.length} masters not serving: ${reason}`
  return writable ? new Error(message) : new CheckFailure('DEGRADED', message)
}
