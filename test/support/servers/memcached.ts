import { established } from './established.js'
import type { ServerKind, Service, TestClient } from './kind.js'
import { LineClient } from './line-client.js'
import type { Address, Place } from './place.js'

/** Memcached without a password. */
export const memcached: ServerKind = {
  packages: ['memcached'],
  programs: ['memcached'],
  account: 'memcache',
  user: 'tester',
  protocol: 'memcached',
  path: '',
  isOpen: true,
  prepare,
  connect: open,
  connections: async ({ port }) => await established(port)
}

async function prepare ({ host, port }: Place): Promise<readonly Service[]> {
  return await Promise.resolve([{
    program: 'memcached',
    // Few connections, so that a test can fill the server.
    args: ['--listen', host, '--port', String(port), '--udp-port', '0', '--conn-limit', '20', '--threads', '1'],
    stopSignal: 'SIGTERM',
    answers: async () => {
      const client = await open({ host, port })
      await client.close()
    }
  }])
}

async function open (address: Pick<Address, 'host' | 'port'>): Promise<TestClient> {
  const client = await LineClient.connect(address)
  const ping = async (): Promise<unknown> => await client.ask('version', /^VERSION /)
  try {
    await ping()
  } catch (error) {
    await client.close()
    throw error
  }
  return { ping, close: async () => await client.close() }
}
