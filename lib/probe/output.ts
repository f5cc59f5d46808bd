import type { Writable } from 'node:stream'
import { systemClock } from '../base/clock.js'
import { withTimeout } from '../base/with-timeout.js'

/** The longest wait for the output, in milliseconds. */
const LONGEST_WRITE_MS = 500

/** Waits until a text is written. Gives up after an error or 500 ms: the reader may have exited or stopped reading. */
export async function write (stream: Writable, text: string): Promise<void> {
  const written = new Promise<void>((resolve) => {
    stream.once('error', () => resolve())
    stream.write(text, () => resolve())
  })
  await withTimeout(LONGEST_WRITE_MS, written, systemClock)
}
