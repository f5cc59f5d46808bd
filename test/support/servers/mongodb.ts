import { fileURLToPath } from 'node:url'
import { MongoClient } from 'mongodb'
import type { Document } from 'mongodb'
import { CLIENT_LIMIT_MS, OURS } from './kind.js'
import type { ServerKind, Service } from './kind.js'
import type { Address, Place } from './place.js'

/** A double of MongoDB in its own process. */
export const mongodb: ServerKind = {
  packages: [],
  programs: ['node'],
  // The double reads the project's files, which may be readable only for the current user.
  account: 'root',
  user: 'tester',
  protocol: 'mongodb',
  path: '',
  prepare,
  connect: async (address) => {
    const client = await open(address, 'tester')
    return { ping: async () => await client.db('admin').command({ ping: 1 }), close: async () => await client.close() }
  },
  changePassword: async (address, password) => await command(address, { changePassword: password }),
  connections
}

async function prepare ({ port, user, password, host }: Place): Promise<readonly Service[]> {
  const program = fileURLToPath(new URL('mongodb-program.ts', import.meta.url))
  return await Promise.resolve([{
    program: 'node',
    args: ['--import', import.meta.resolve('tsx'), program, String(port), user, password],
    stopSignal: 'SIGTERM',
    answers: async () => await connections({ port, user, password, host })
  }])
}

async function connections (address: Address): Promise<number> {
  const { connections } = await command(address, { connectionCount: 1 })
  return Number(connections)
}

async function command (address: Address, command: Document): Promise<Document> {
  const client = await open(address, OURS)
  try {
    return await client.db('admin').command(command)
  } finally {
    await client.close()
  }
}

async function open ({ host, port, user, password }: Address, appName: string): Promise<MongoClient> {
  const options = {
    appName,
    auth: { username: user, password },
    serverSelectionTimeoutMS: CLIENT_LIMIT_MS,
    maxPoolSize: 1
  }
  return await new MongoClient(`mongodb://${host}:${port}`, options).connect()
}
