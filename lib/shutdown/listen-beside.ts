import type { EventEmitter } from 'node:events'

/**
 * Listens to an event only while other code does. A listener for such an event changes the behavior of a server:
 * without a listener for `upgrade`, for example, Node answers the request as any other.
 *
 * @example
 * listenBeside(server, 'upgrade', (request, socket) => sockets.delete(socket))
 */
export function listenBeside (emitter: EventEmitter, event: string, react: (...args: never[]) => void): void {
  const listener = react as (...args: unknown[]) => void
  const add = (): void => {
    if (!emitter.listeners(event).includes(listener)) emitter.prependListener(event, listener)
  }
  if (emitter.listenerCount(event) > 0) add()
  emitter.on('newListener', (name: unknown, added: unknown) => {
    if (name === event && added !== listener) add()
  })
  emitter.on('removeListener', (name: unknown, removed: unknown) => {
    if (name === event && removed !== listener && emitter.listenerCount(event) === 1) emitter.off(event, listener)
  })
}
