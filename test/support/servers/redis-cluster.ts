import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type t from 'tap'
import { freePort } from './free-port.js'
import { startServer } from './index.js'
import type { TestServer } from './index.js'
import type { ServerKind } from './kind.js'
import type { Place } from './place.js'
import { redis, sendCommand } from './redis.js'

/** A Redis cluster of three masters without replicas. */
export interface RedisCluster {
  /** The first master. Its own password does not count. */
  readonly server: TestServer
  /** The password of all masters. */
  readonly password: string
  /** Stops the third master. Resolves when the cluster cannot serve. */
  stopMaster (): Promise<void>
  /** Starts the third master again. Resolves when the cluster serves. */
  startMaster (): Promise<void>
}

const MASTERS = 3
const SLOTS = 16_384
const STATE_LIMIT_MS = 60_000
const POLL_MS = 50

/** A master, with the port for the other masters. */
interface Master {
  readonly server: TestServer
  readonly busPort: number
}

export async function startRedisCluster (test: Pick<typeof t, 'teardown'>): Promise<RedisCluster> {
  const password = randomBytes(12).toString('hex')
  const [first, second, third] = [await start(test, password), await start(test, password), await start(test, password)]
  const send = async ({ server: { port } }: Master, ...command: readonly string[]): Promise<unknown> => {
    return await sendCommand({ host: '127.0.0.1', port, user: redis.user, password }, command)
  }
  const becomes = async (master: Master, state: 'ok' | 'fail'): Promise<void> => {
    const deadline = performance.now() + STATE_LIMIT_MS
    while (!String(await send(master, 'CLUSTER', 'INFO')).includes(`cluster_state:${state}`)) {
      if (performance.now() > deadline) throw new Error(`the cluster is not in state ${state}`)
      await sleep(POLL_MS)
    }
  }
  for (const [index, master] of [first, second, third].entries()) {
    const slots = [index, index + 1].map((share) => Math.floor(share * SLOTS / MASTERS))
    await send(master, 'CLUSTER', 'ADDSLOTSRANGE', String(slots[0]), String(Number(slots[1]) - 1))
    await send(first, 'CLUSTER', 'MEET', '127.0.0.1', String(master.server.port), String(master.busPort))
  }
  for (const master of [first, second, third]) await becomes(master, 'ok')
  return {
    server: first.server,
    password,
    async stopMaster () {
      await third.server.stop()
      for (const master of [first, second]) await becomes(master, 'fail')
    },
    async startMaster () {
      await third.server.start()
      for (const master of [first, second, third]) await becomes(master, 'ok')
    }
  }
}

async function start (test: Pick<typeof t, 'teardown'>, password: string): Promise<Master> {
  const busPort = await freePort()
  return { server: await startServer(test, masterKind(password, busPort)), busPort }
}

function masterKind (password: string, busPort: number): ServerKind {
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--cluster-port', String(busPort)]
  return {
    ...redis,
    async prepare (place: Place) {
      const services = await redis.prepare({ ...place, password })
      return services.map((service) => ({ ...service, args: [...service.args, ...options] }))
    },
    connections: async (address) => await redis.connections({ ...address, password })
  }
}
