import { reasonOf } from '../../../base/describe.js'
import type { Logger } from '../../../base/logger.js'
import { isRecord } from '../../../base/type-guards.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { Renewal } from '../renewal.js'
import { isClosedUnanswered, pingOnce, secondClientOf } from './second-client.js'

/** The server that the app's client has used last. */
export interface MongodbServer {
  readonly client: object
  /** As the driver's events name it. Undefined if the client has reported no event. */
  readonly address: string | undefined
}

/** Opens a new connection, beside the pool of the app's client, whenever one is due. */
export class MongodbRenewal {
  readonly #renewal: Renewal
  #isWarned = false

  /** @param renewAfter in milliseconds; 0 disables renewals */
  constructor (renewAfter: number) {
    this.#renewal = new Renewal(renewAfter)
  }

  async renew ({ client, address }: MongodbServer, limit: TimeLimit, log: Logger): Promise<void> {
    if (address === undefined) return
    await this.#renewal.renew(client, limit, {
      open: async () => {
        const second = this.#secondClientOf(client, address, limit, log)
        if (second !== undefined) await explainClose(pingOnce(second, limit))
      },
      isServerFull: (error) => isRecord(error) && isClosedUnanswered(error['cause'])
    })
  }

  /** A failure here is no failure of the server: another version of the driver may not accept its own options. */
  #secondClientOf (
    client: object, address: string, { ms }: TimeLimit, log: Logger
  ): ReturnType<typeof secondClientOf> | undefined {
    try {
      return secondClientOf(client, address, ms)
    } catch (error) {
      if (!this.#isWarned) log.warn(`the check opens no connections of its own: ${reasonOf(error)}`)
      this.#isWarned = true
      return undefined
    }
  }
}

/** MongoDB sends no error when it has no room for a connection, so the driver reports only that it was closed. */
async function explainClose (work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isClosedUnanswered(error)) throw error
    throw new Error('the server closed it before an answer, as it does without room for connections', { cause: error })
  }
}
