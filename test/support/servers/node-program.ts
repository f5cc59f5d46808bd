import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { established } from './established.js'
import type { ServerKind, TestClient } from './kind.js'
import type { Address } from './place.js'

/** A server that is a program of this folder, in a process of its own. */
export interface NodeProgram {
  /** Its file is `NAME-program.ts`, and its arguments are the port, the user and the password. */
  readonly name: string
  readonly protocol: string
  /** Rejects if the password is wrong. */
  readonly connect: (address: Address) => Promise<TestClient>
}

/** Makes the kind of a server that runs on Node, for servers that are packages of npm, and for doubles. */
export function nodeProgram ({ name, protocol, connect: open }: NodeProgram): ServerKind {
  const program = fileURLToPath(new URL(`${name}-program.ts`, import.meta.url))
  return {
    packages: [],
    programs: ['node'],
    // The program reads the project's files, which may be readable only for the current user.
    account: 'root',
    user: 'tester',
    protocol,
    path: '',
    prepare: async (place) => await Promise.resolve([{
      program: 'node',
      args: ['--import', import.meta.resolve('tsx'), program, String(place.port), place.user, place.password],
      stopSignal: 'SIGTERM',
      answers: async () => {
        // A client that is refused may connect again later, by itself.
        await reach(place)
        const client = await open(place)
        await client.close()
      }
    }]),
    connect: open,
    connections: async ({ port }) => await established(port)
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
