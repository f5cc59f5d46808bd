import type { Socket } from 'node:net'

/** Waits until a socket is open: `connect` for TCP, `secureConnect` for TLS. Ignores later errors of the socket. */
export async function waitUntilOpen (socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.on(event, () => resolve()).on('error', reject)
  })
}
