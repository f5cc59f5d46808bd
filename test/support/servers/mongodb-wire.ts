import { BSON } from 'mongodb'
import type { Document } from 'mongodb'

/** A client's command. */
export interface Request {
  readonly id: number
  readonly command: Document
  /** Whether the client accepts several replies. */
  readonly allowsMore: boolean
  readonly isLegacy: boolean
}

const HEADER_LENGTH = 16

/**
 * See https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/. Some drivers use the first two for their
 * first `hello`.
 */
const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013

const MORE_TO_COME = 1 << 1
const EXHAUST_ALLOWED = 1 << 16

/** Splits a client's data into messages. */
export class MongodbReader {
  #rest = Buffer.alloc(0)

  read (chunk: Buffer): readonly Request[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const requests: Request[] = []
    while (this.#rest.length >= HEADER_LENGTH && this.#rest.length >= this.#rest.readInt32LE(0)) {
      const length = this.#rest.readInt32LE(0)
      requests.push(requestOf(this.#rest.subarray(0, length)))
      this.#rest = this.#rest.subarray(length)
    }
    return requests
  }
}

function requestOf (message: Buffer): Request {
  const id = message.readInt32LE(4)
  const code = message.readInt32LE(12)
  if (code === OP_MSG) {
    return {
      id,
      command: commandOf(message),
      allowsMore: (message.readUInt32LE(16) & EXHAUST_ALLOWED) !== 0,
      isLegacy: false
    }
  }
  if (code !== OP_QUERY) throw new Error(`a message with the operation code ${code}`)
  const name = message.indexOf(0, 20)
  return { id, command: BSON.deserialize(message.subarray(name + 9)), allowsMore: false, isLegacy: true }
}

/** Reads only the section with the body, which drivers send first. */
function commandOf (message: Buffer): Document {
  const start = 21
  return BSON.deserialize(message.subarray(start, start + message.readInt32LE(start)))
}

/** Writes a reply with its own `id`. */
export function replyTo (
  request: Pick<Request, 'id' | 'isLegacy'>,
  document: Document,
  { id = 0, hasMore = false } = {}
): Buffer {
  const body = BSON.serialize(document)
  return request.isLegacy
    ? message(OP_REPLY, [id, request.id], legacyHead(), body)
    : message(OP_MSG, [id, request.id], head(hasMore), body)
}

function message (code: number, [id, responseTo]: readonly [number, number], ...parts: readonly Uint8Array[]): Buffer {
  const rest = Buffer.concat(parts)
  const header = Buffer.alloc(HEADER_LENGTH)
  for (const [at, value] of [HEADER_LENGTH + rest.length, id, responseTo, code].entries()) {
    header.writeInt32LE(value, at * 4)
  }
  return Buffer.concat([header, rest])
}

/** The flags, and the kind of the next section. */
function head (hasMore: boolean): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt32LE(hasMore ? MORE_TO_COME : 0)
  return bytes
}

/** The flags, the cursor, the start, and the number of documents. */
function legacyHead (): Buffer {
  const bytes = Buffer.alloc(20)
  bytes.writeInt32LE(1, 16)
  return bytes
}
