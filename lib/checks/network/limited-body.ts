import { pipeline, Transform } from 'node:stream'
import type { Readable } from 'node:stream'
import { systemClock } from '../../base/clock.js'
import type { Clock } from '../../base/clock.js'
import type { HttpAnswer } from '../../probe/http-exchange.js'

/** The most bytes that a check reads of a body, before and after decompression. */
export const MAX_BYTES = 1024 * 1024

/** The most pieces of a body. Pieces of one byte cost a thousand times more time than pieces of a usual size. */
const MAX_PIECES = 16 * 1024

/** The most bytes that a connection receives, with headers and the framing of the body. */
const MAX_RECEIVED = 4 * MAX_BYTES
/** The pause between two looks at a connection, in milliseconds. */
const PAUSE_MS = 20

/** A body that a check does not read to its end. The message follows `answered 200, but its body`. */
export class BodyFailure extends Error {}

export class BodyTooLarge extends BodyFailure {}

/**
 * Returns a body, as the server sent it, that ends with a `BodyFailure` if reading it costs too much. The limit of the
 * content alone is not enough: compressed data, chunks and frames can go on without end and contain next to nothing.
 */
export function limitedBody (
  { body, bytesReceived }: Pick<HttpAnswer, 'body' | 'bytesReceived'>, clock: Pick<Clock, 'inBackground'> = systemClock
): Readable {
  let [bytes, pieces] = [0, 0]
  const limited = new Transform({
    transform (chunk: Buffer, _encoding, done) {
      bytes += chunk.byteLength
      pieces += 1
      if (pieces > MAX_PIECES) done(new BodyFailure(`has more than ${MAX_PIECES} pieces`))
      // The last piece may be longer than the limit, so that the reader notices the end.
      else done(bytes - chunk.byteLength > MAX_BYTES ? new BodyTooLarge('is larger than 1 MiB') : null, chunk)
    }
  })
  // No event shows the bytes of the framing.
  const look = (): void => {
    if (bytesReceived() > MAX_RECEIVED) limited.destroy(new BodyFailure('has more than 4 MiB with its framing'))
    cancel = clock.inBackground(PAUSE_MS, look)
  }
  let cancel = clock.inBackground(PAUSE_MS, look)
  return pipeline(body, limited, () => cancel())
}
