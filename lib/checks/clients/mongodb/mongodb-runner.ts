import { awaitOr } from '../../../base/attempt-or.js'
import { isErrorLike } from '../../../base/error-like.js'
import { isRecord } from '../../../base/type-guards.js'
import type { ReadyMadeRun } from '../../kit/ready-made.js'
import { timed } from '../../kit/result.js'
import type { Details } from '../../kit/result.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { exhaustedFailure } from '../exhaustion.js'
import type { ExhaustionSettings } from '../exhaustion.js'
import { PerClient } from '../per-client.js'
import { MongodbDeployment } from './mongodb-deployment.js'
import type { MongodbEvents } from './mongodb-deployment.js'
import { MongodbRenewal } from './mongodb-renewal.js'

/** The options of a command. */
export interface MongodbCommandOptions {
  readonly signal: AbortSignal
  readonly readPreference: 'primary' | 'primaryPreferred'
}

/** The parts of a mongodb `Db` that the check uses. */
export interface MongodbDatabase {
  readonly client: MongodbConnections
  command (command: Readonly<Record<string, number>>, options: MongodbCommandOptions): Promise<unknown>
}

/** The parts of a `MongoClient` that the check uses. */
export interface MongodbConnections extends MongodbEvents {
  readonly options: { readonly maxPoolSize: number }
  db (name: string): MongodbDatabase
}

/** The options of `mongodb()` with their defaults. */
export interface MongodbSettings extends ExhaustionSettings {
  readonly writable: boolean
  readonly renewAfter: number
}

/** Runs one check, also if the app replaces its client between two runs. */
export class MongodbRunner {
  readonly #settings: MongodbSettings
  readonly #deployments = new PerClient((client: MongodbConnections) => new MongodbDeployment(client))
  readonly #renewal: MongodbRenewal

  constructor (settings: MongodbSettings) {
    this.#settings = settings
    this.#renewal = new MongodbRenewal(settings.renewAfter)
  }

  /** Listens to the client from now on. */
  listenTo (client: MongodbConnections): void {
    this.#deployments.of(client)
  }

  async run (database: MongodbDatabase, { limit, details, log }: ReadyMadeRun): Promise<void> {
    const deployment = this.#deployments.of(database.client)
    Object.assign(details, await sendHello({ database, deployment }, this.#settings, limit))
    if (this.#settings.writable && details['readOnly'] === true) throw new Error('the server is read-only')
    await this.#renewal.renew({ client: database.client, address: deployment.lastAddress }, limit, log)
  }
}

interface Target {
  readonly database: MongodbDatabase
  readonly deployment: MongodbDeployment
}

/** The signal also ends the driver's wait for a server and for a connection. The driver rejects after that. */
async function sendHello (
  { database, deployment }: Target,
  settings: MongodbSettings,
  { ms, signal }: TimeLimit
): Promise<Details> {
  const options = { signal, readPreference: settings.writable ? 'primary' : 'primaryPreferred' } as const
  try {
    const { result, latencyMs } = await timed(async () => await database.command({ hello: 1 }, options))
    deployment.servedAll()
    return { version: await versionOf(database, deployment, options), ...roleOf(result), latencyMs }
  } catch (error) {
    const { maxPoolSize: max } = database.client.options
    const exhausted = signal.aborted || isWaitTimeout(error) ? deployment.exhaustedPool(max, signal.aborted) : undefined
    if (exhausted !== undefined) throw exhaustedFailure(settings, { max, ...exhausted })
    throw signal.aborted ? new Error([`no answer within ${ms} ms`, ...deployment.problems].join(': ')) : error
  }
}

/** @see https://www.mongodb.com/docs/manual/reference/command/hello/ for the reply */
function roleOf (hello: unknown): Details {
  if (!isRecord(hello)) throw new Error('the server answered with no document')
  return { topology: topologyOf(hello), readOnly: hello['isWritablePrimary'] !== true }
}

function topologyOf ({ msg, setName }: Readonly<Record<string, unknown>>): string {
  if (msg === 'isdbgrid') return 'Sharded'
  return setName === undefined ? 'Standalone' : 'ReplicaSet'
}

/** Reads the version once per topology. It may fail: a user may lack the right, a strict Stable API the command. */
async function versionOf (
  database: MongodbDatabase,
  deployment: MongodbDeployment,
  options: MongodbCommandOptions
): Promise<unknown> {
  deployment.version ??= await awaitOr(async () => {
    const info = await database.command({ buildInfo: 1 }, options)
    return isRecord(info) ? info['version'] : null
  }, null)
  return deployment.version ?? undefined
}

/** Whether the app's own `waitQueueTimeoutMS` is over. An exhausted pool is only one of its causes. */
function isWaitTimeout (error: unknown): boolean {
  return isErrorLike(error) && error.name === 'MongoWaitQueueTimeoutError'
}
