import { createClient } from 'redis'
import { CLIENT_LIMIT_MS, OURS } from './kind.js'
import type { ServerKind, Service } from './kind.js'
import type { Address, Place } from './place.js'

/** Redis without a disk. Its default user has a password. */
export const redis: ServerKind = {
  packages: ['redis-server'],
  programs: ['redis-server'],
  account: 'redis',
  user: 'default',
  protocol: 'redis',
  path: '',
  prepare,
  connect: async (address) => {
    const client = await open(address)
    return { ping: async () => await client.ping(), close: async () => await client.close() }
  },
  changePassword: async (address, password) => {
    return await sendCommand(address, ['CONFIG', 'SET', 'requirepass', password])
  },
  connections
}

async function prepare (place: Place): Promise<readonly Service[]> {
  return await Promise.resolve([
    {
      program: 'redis-server',
      args: [
        '--bind',
        place.host,
        '--port',
        String(place.port),
        '--requirepass',
        place.password,
        '--dir',
        place.folder,
        '--save',
        '',
        '--appendonly',
        'no',
        // So that a test can fill the server.
        '--maxclients',
        '50'
      ],
      stopSignal: 'SIGTERM',
      answers: async () => await connections(place)
    }
  ])
}

/** Sends one command to a server, over a connection of its own. */
export async function sendCommand (address: Address, command: readonly string[]): Promise<unknown> {
  const client = await open(address, OURS)
  try {
    return await client.sendCommand([...command])
  } finally {
    await client.close()
  }
}

async function connections (address: Address): Promise<number> {
  const client = await open(address, OURS)
  try {
    const clients = await client.clientList()
    return clients.filter(({ name }) => name !== OURS).length
  } finally {
    await client.close()
  }
}

async function open ({ host, port, user, password }: Address, name?: string) {
  const client = createClient({
    username: user,
    password,
    ...(name !== undefined && { name }),
    socket: { host, port, connectTimeout: CLIENT_LIMIT_MS, reconnectStrategy: false },
    commandOptions: { timeout: CLIENT_LIMIT_MS }
  })
  client.on('error', () => undefined)
  return await client.connect()
}
