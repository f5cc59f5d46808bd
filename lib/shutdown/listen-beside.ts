import type { EventEmitter } from 'node:events'

/** The key that marks a listener of `listenBeside()`. */
const BESIDE = Symbol('beside')

/**
 * Listens to an event only while other code does. A listener for such an event changes the behavior of a server:
 * without a listener for `upgrade`, for example, Node answers the request as any other.
 *
 * @example
 * listenBeside(server, 'upgrade', (request, socket) => sockets.delete(socket))
 */
export function listenBeside (emitter: EventEmitter, event: string, react: (...args: never[]) => void): void {
  const listener = Object.assign((...args: unknown[]) => { react(...args as never[]) }, { [BESIDE]: true })
  const hasOthers = (): boolean => emitter.listeners(event).some((other) => !isBeside(other))
  const add = (): void => {
    if (!emitter.listeners(event).includes(listener)) emitter.prependListener(event, listener)
  }
  if (hasOthers()) add()
  emitter.on('newListener', (name: unknown, added: unknown) => {
    if (name === event && !isBeside(added)) add()
  })
  emitter.on('removeListener', (name: unknown, removed: unknown) => {
    if (name === event && !isBeside(removed) && !hasOthers()) emitter.off(event, listener)
  })
}

/** Several of these listeners must not keep each other alive, nor add each other without end. */
function isBeside (listener: unknown): boolean {
  return typeof listener === 'function' && BESIDE in listener
}
