import { writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { established } from './established.js'
import { CLIENT_LIMIT_MS } from './kind.js'
import type { ServerKind, Service, TestClient } from './kind.js'
import type { Address, Place } from './place.js'

/** The apps behind the proxy: their names, and the loopback ports they listen on. */
export type Backends = Readonly<Record<string, number>>

/** The state of an app in the proxy. While it changes, the old state still holds. */
export type BackendState = 'UP' | 'DOWN'

const STATISTICS = '/haproxy'
const STATE_LIMIT_MS = 30_000
const POLL_MS = 20

/** HAProxy in front of apps with the management endpoints. The password protects its statistics. */
export function haproxy (backends: Backends = {}): ServerKind {
  return {
    packages: ['haproxy'],
    programs: ['haproxy'],
    account: 'haproxy',
    user: 'tester',
    protocol: 'http',
    path: '',
    prepare: async (place) => await prepare(place, backends),
    connect: open,
    connections: async ({ port }) => await established(port)
  }
}

/** Waits until an app has a state. Rejects with the actual state after 30 s. */
export async function becomes (address: Address, name: string, expected: BackendState): Promise<void> {
  const deadline = performance.now() + STATE_LIMIT_MS
  for (let seen = await stateOf(address, name); !seen.startsWith(expected); seen = await stateOf(address, name)) {
    if (performance.now() > deadline) throw new Error(`the proxy shows ${name} as ${seen}, expected ${expected}`)
    await sleep(POLL_MS)
  }
}

async function prepare (place: Place, backends: Backends): Promise<readonly Service[]> {
  const file = join(place.folder, 'haproxy.cfg')
  await writeFile(file, configuration(place, backends))
  return [{
    program: 'haproxy',
    args: ['-db', '-f', file],
    stopSignal: 'SIGTERM',
    answers: async () => await statistics(place)
  }]
}

/**
 * Hides no failed request: the proxy sends each request once, to one app. All clients share one pool of connections to
 * the apps, also for their first request, so that a connection is reused at once. If an app closes one at the wrong
 * moment, a request is on it. Small buffers keep an answer in the app until a slow client reads it.
 */
function configuration ({ host, port, user, password }: Address, backends: Backends): string {
  return `
global
  maxconn 2000
  # Fail if another process listens on the port.
  noreuseport
  tune.rcvbuf.server 65536
  tune.sndbuf.client 65536

defaults
  mode http
  option http-keep-alive
  http-reuse always
  no option redispatch
  retries 0
  timeout client 60s
  timeout connect 10s
  timeout server 60s
  timeout queue 10s
  # A busy machine must not make an app look dead.
  timeout check 10s

frontend clients
  bind ${host}:${port}
  stats enable
  stats uri ${STATISTICS}
  stats auth ${user}:${password}
  default_backend apps

backend apps
  balance roundrobin
  option httpchk GET /z/health/readiness
  default-server check inter 200ms fastinter 100ms fall 2 rise 1
${Object.entries(backends).map(([name, backend]) => `  server ${name} ${host}:${backend}\n`).join('')}`
}

async function open (address: Address): Promise<TestClient> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  await statistics(address, agent)
  return {
    ping: async () => await statistics(address, agent),
    close: () => {
      agent.destroy()
      return Promise.resolve()
    }
  }
}

/** `UP`, `DOWN`, or a state that changes with its progress: `UP 1/2`. */
async function stateOf (address: Address, name: string): Promise<string> {
  const [head = '', ...rows] = (await statistics(address)).split('\n')
  const column = head.split(',').indexOf('status')
  const row = rows.find((row) => row.startsWith(`apps,${name},`))
  const state = row?.split(',')[column]
  if (state === undefined) throw new Error(`the proxy does not know ${name}`)
  return state
}

/** The proxy's statistics as a table. Without an agent, the request has its own connection. */
async function statistics ({ host, port, user, password }: Address, agent: Agent | false = false): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request(
      { host, port, path: `${STATISTICS};csv`, auth: `${user}:${password}`, agent, timeout: CLIENT_LIMIT_MS },
      resolve
    )
    asking.on('error', reject).on('timeout', () => asking.destroy(new Error('the proxy does not answer'))).end()
  })
  const table = await text(response)
  if (response.statusCode !== 200) throw new Error(`the proxy answered ${response.statusCode ?? 'nothing'}: ${table}`)
  return table
}
