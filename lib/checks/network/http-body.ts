import { pipeline } from 'node:stream'
import type { Readable, Transform } from 'node:stream'
import { TextDecoder } from 'node:util'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { attemptOr } from '../../base/attempt-or.js'
import { describe, reasonOf } from '../../base/describe.js'
import type { HttpAnswer } from '../../probe/http-exchange.js'
import { BodyFailure, BodyTooLarge, limitedBody, MAX_BYTES } from './limited-body.js'

/**
 * A server that compresses although the request does not offer it. Without `Accept-Encoding`, HTTP allows any coding
 * (RFC 9110, section 12.5.3).
 */
const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress()
}

const BYTE_ORDER_MARKS: readonly (readonly [mark: readonly number[], charset: string])[] = [
  [[0xFE, 0xFF], 'utf-16be'],
  [[0xFF, 0xFE], 'utf-16le'],
  [[0xEF, 0xBB, 0xBF], 'utf-8']
]

/** Reads a whole body as text. Throws, and ends the transfer, if it has more than 1 MiB. */
export async function readText (response: HttpAnswer): Promise<string> {
  try {
    let text = ''
    for await (const piece of textOf(response)) text += piece
    return text
  } catch (error) {
    throw bodyError(response, error)
  }
}

/** Whether the first 1 MiB of a body contain a text. Ends the transfer as soon as the answer is known. */
export async function containsText (response: HttpAnswer, expected: string): Promise<boolean> {
  let tail = ''
  try {
    for await (const piece of textOf(response)) {
      const searched = tail + piece
      if (searched.includes(expected)) return true
      tail = searched.slice(-expected.length)
    }
    return false
  } catch (error) {
    if (error instanceof BodyTooLarge) return false
    throw bodyError(response, error)
  }
}

function bodyError ({ statusCode }: HttpAnswer, error: unknown): Error {
  const failure = error instanceof BodyFailure ? error.message : `cannot be read: ${reasonOf(error)}`
  return new Error(`answered ${statusCode}, but its body ${failure}`)
}

/** Gives the pieces of a body as text, without its byte order mark. Throws after 1 MiB. */
async function * textOf (response: HttpAnswer): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  let start = Buffer.alloc(0)
  for await (const chunk of limited(decompressed(response))) {
    if (decoder === undefined) {
      start = Buffer.concat([start, chunk])
      // The first bytes may be a byte order mark.
      if (start.length < 3) continue
      decoder = decoderFor(response, start)
      yield decoder.decode(start, { stream: true })
    } else yield decoder.decode(chunk, { stream: true })
  }
  yield decoder?.decode() ?? decoderFor(response, start).decode(start)
}

async function * limited (body: Readable): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of body.iterator() as AsyncIterable<Buffer>) {
    yield chunk.subarray(0, MAX_BYTES - bytes)
    bytes += chunk.byteLength
    if (bytes > MAX_BYTES) throw new BodyTooLarge('is larger than 1 MiB')
  }
}

function decompressed (response: HttpAnswer): Readable {
  const { headers, body } = response
  const coding = (headers['content-encoding'] ?? '').trim().toLowerCase()
  if (coding === '' || coding === 'identity') return limitedBody(response)
  const decoder = Object.hasOwn(DECODERS, coding) ? DECODERS[coding]?.() : undefined
  if (decoder !== undefined) return pipeline(limitedBody(response), decoder, () => undefined)
  body.destroy()
  throw new BodyFailure(`has the content-encoding ${describe(coding)}, which the check cannot read`)
}

/** A byte order mark wins over the charset of the header, as in browsers (WHATWG Encoding Standard, section 6). */
function decoderFor ({ headers }: HttpAnswer, start: Buffer): TextDecoder {
  const marked = BYTE_ORDER_MARKS.find(([mark]) => mark.every((byte, at) => start[at] === byte))
  const [, named] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '') ?? []
  const charset = marked?.[1] ?? named ?? 'utf-8'
  const decoder = attemptOr(() => new TextDecoder(charset), undefined)
  if (decoder === undefined) throw new BodyFailure(`has the charset ${describe(charset)}, which is unknown`)
  return decoder
}
