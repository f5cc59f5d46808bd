import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type t from 'tap'

type Test = Pick<typeof t, 'teardown'>

/** A connection of an attacker, who writes any bytes. */
export interface RawSocket {
  readonly socket: Socket
  /** The bytes received so far, as text. */
  readonly received: () => string
  readonly write: (text: string) => void
  /** Waits until the text received matches, and returns it. Rejects if the connection closes before. */
  readonly receives: (pattern: RegExp) => Promise<string>
  /** Waits until the server has closed the connection, and returns the text received. */
  readonly closed: () => Promise<string>
}

/** Opens a connection to a port of the loopback interface. It closes with the test. */
export async function openRaw (test: Test, port: number): Promise<RawSocket> {
  // An attacker does not close its side when the server closes the other side.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined)
  test.teardown(() => socket.destroy())
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => { text += chunk })
  socket.on('end', () => socket.destroy())
  await once(socket, 'connect')
  return {
    socket,
    received: () => text,
    write: (data) => { if (!socket.destroyed) socket.write(data, 'latin1') },
    receives: async (pattern) => {
      while (!pattern.test(text)) {
        if (socket.destroyed) throw new Error(`the connection closed after ${JSON.stringify(text)}`)
        await anyOf(socket, 'data', 'close')
      }
      return text
    },
    closed: async () => {
      if (!socket.closed) await anyOf(socket, 'close')
      return text
    }
  }
}

/** Waits for one of the events. Unlike `once()` it does not reject when the server resets the connection. */
async function anyOf (socket: Socket, ...events: readonly string[]): Promise<void> {
  await new Promise<void>((resolve) => { for (const event of events) socket.once(event, () => resolve()) })
}

/** Sends bytes over a connection of their own, and returns the text received until the server closes it. */
export async function exchange (test: Test, port: number, text: string): Promise<string> {
  const { write, closed } = await openRaw(test, port)
  write(text)
  return await closed()
}

/** The status codes of the responses in a text. */
export function codesIn (text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) => Number(code))
}
