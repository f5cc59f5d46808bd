import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServerKind } from '../../support/servers/kind.js'
import type { Address, Place } from '../../support/servers/place.js'

/** A server that runs as a program of Node: doubles of this folder, and servers that npm has. */
type Arguments = (place: Place) => readonly string[]

export type OwnServerName = 'elasticsearch' | 'grpc' | 'kafka' | 's3' | 'smtp'

/** Without a login. */
const KAFKA = fileURLToPath(new URL('../../support/servers/kafka-program.ts', import.meta.url))

/** The servers of recipes for which Debian has no package. `packages` is the folder of npm's packages. */
export function serversFrom (packages: string): Readonly<Record<OwnServerName, ServerKind>> {
  const double = (name: string): Arguments => ({ port }) => [
    '--import', import.meta.resolve('tsx'),
    fileURLToPath(new URL(`${name}-program.ts`, import.meta.url)), String(port), packages
  ]
  return {
    elasticsearch: kind('http', double('elasticsearch')),
    grpc: kind('grpc', double('grpc')),
    kafka: kind('kafka', ({ port }) => ['--import', import.meta.resolve('tsx'), KAFKA, String(port)]),
    s3: kind('http', ({ port, folder }) => [
      join(packages, 'node_modules/s3rver/bin/s3rver.js'),
      '--directory', folder, '--address', '127.0.0.1', '--port', String(port), '--configure-bucket', 'books'
    ]),
    smtp: kind('smtp', double('smtp'))
  }
}

function kind (protocol: string, argumentsFor: Arguments): ServerKind {
  return {
    packages: [],
    programs: ['node'],
    // The programs read the project's files, which may be readable only for the current user.
    account: 'root',
    user: 'tester',
    protocol,
    path: '',
    prepare: async (place) => await Promise.resolve([{
      program: 'node',
      args: argumentsFor(place),
      stopSignal: 'SIGTERM',
      answers: async () => await reach(place)
    }]),
    connect: async (address) => {
      await reach(address)
      return { ping: async () => await reach(address), close: async () => await Promise.resolve() }
    },
    connections: async () => await Promise.resolve(0)
  }
}

/** Resolves if the server accepts a connection. */
async function reach ({ host, port }: Address): Promise<void> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}
