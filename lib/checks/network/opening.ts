import type { Socket } from 'node:net'

/** Waits until a socket is open: `connect` for TCP, `secureConnect` for TLS. From then on its errors are nobody's business. */
export async function opening (socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.on(event, () => resolve()).on('error', reject)
  })
}
