import { systemClock } from '../../../base/clock.js'
import type { Clock } from '../../../base/clock.js'
import { onAbort } from '../../../base/on-abort.js'
import type { TimeLimit } from '../../kit/time-limit.js'

/** The time in milliseconds that a server has to close a connection after the goodbye. */
const CLOSE_LIMIT_MS = 1_000

/** A connection that a check opens with the settings of a pool, but outside the pool. */
export interface OutsideConnection<C> {
  /** Resolves when the connection is open. */
  readonly opened: Promise<C>
  /** Sends a goodbye. Resolves when the socket has closed. Never throws, but may reject. */
  readonly end: () => Promise<unknown>
  /** Closes the socket at once. */
  readonly destroy: () => void
}

/**
 * Opens a connection, uses it once, and closes it. Destroys the connection if the work fails or the time is over. Does
 * not wait for the server's reply to the goodbye, because the connection has proved that it works.
 */
export async function useOnce<C> (
  open: () => OutsideConnection<C>,
  { signal }: Pick<TimeLimit, 'signal'>,
  work: (connection: C) => Promise<void>,
  clock: Pick<Clock, 'inBackground'> = systemClock
): Promise<void> {
  if (signal.aborted) throw new Error('there was no time left to open a connection')
  const connection = open()
  const stopListening = onAbort(signal, connection.destroy)
  try {
    await work(await connection.opened)
    close(connection, clock)
  } catch (error) {
    connection.destroy()
    throw error
  } finally {
    stopListening()
  }
}

/** Ends a connection. Destroys it if the goodbye fails or stays without a reply. */
export function close (
  { end, destroy }: OutsideConnection<unknown>,
  clock: Pick<Clock, 'inBackground'> = systemClock
): void {
  const cancel = clock.inBackground(CLOSE_LIMIT_MS, destroy)
  end().then(cancel, () => {
    cancel()
    destroy()
  })
}
