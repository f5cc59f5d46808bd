import { Duplex } from 'node:stream'

/** The header of a frame: 3 bytes of length, the type, the flags, and 4 bytes of the stream (RFC 9113, section 4.1). */
const HEADER_BYTES = 9

/** The longest frame that a client accepts by default. */
const LONGEST_FRAME = 16 * 1024

const HEADERS = 1
const PUSH_PROMISE = 5
const CONTINUATION = 9
const ALTSVC = 10
const ACK = 0x01
const END_HEADERS = 0x04
const PADDED = 0x08
const PRIORITY = 0x20

/** The valid lengths of a frame by its type, for types whose length is limited (RFC 9113, section 6, and RFC 7838). */
const LENGTHS: Readonly<Record<number, (length: number, flags: number) => boolean>> = {
  // HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE
  [HEADERS]: (length, flags) => length >= lengthOfPadding(flags) + ((flags & PRIORITY) === 0 ? 0 : 5),
  2: (length) => length === 5,
  3: (length) => length === 4,
  4: (length, flags) => (flags & ACK) === 0 ? length % 6 === 0 : length === 0,
  [PUSH_PROMISE]: (length, flags) => length >= lengthOfPadding(flags) + 4,
  6: (length) => length === 8,
  7: (length) => length >= 8,
  8: (length) => length === 4,
  [ALTSVC]: (length) => length >= 2
}

const WITH_HEADERS = new Set([HEADERS, PUSH_PROMISE, CONTINUATION])

/** The bytes of the field that contains the length of the padding. */
function lengthOfPadding (flags: number): number {
  return (flags & PADDED) === 0 ? 0 : 1
}

/** The most bytes that wait for a server to read them. A server can request answers without end, as with PING. */
const MOST_UNSENT = 1024 * 1024

/** Finds the first malformed frame in the bytes that a server sends. */
export class FrameReader {
  /** The header of the current frame, and 2 more bytes for ALTSVC: the length of its origin. */
  readonly #header = Buffer.alloc(HEADER_BYTES + 2)
  #headerBytes = 0
  #headerEnd = HEADER_BYTES
  /** The bytes that are left of the current frame. */
  #left = 0
  /** The stream whose headers go on in the next frame. */
  #continued: number | undefined

  /** Reads the next bytes. Throws at a frame of an invalid length, and at a frame amid the headers of a stream. */
  read (bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const skipped = Math.min(this.#left, bytes.length - at)
      this.#left -= skipped
      at += skipped
      if (this.#left > 0) return
      const copied = bytes.copy(this.#header, this.#headerBytes, at, at + this.#headerEnd - this.#headerBytes)
      this.#headerBytes += copied
      at += copied
      if (this.#headerBytes === this.#headerEnd) this.#begin()
    }
  }

  #begin (): void {
    const length = this.#header.readUIntBE(0, 3)
    const type = this.#header.readUInt8(3)
    if (type === ALTSVC && this.#headerEnd === HEADER_BYTES && length >= 2) {
      this.#headerEnd += 2
      return
    }
    this.#check(length, type, this.#header.readUInt8(4))
    this.#left = length + HEADER_BYTES - this.#headerEnd
    this.#headerBytes = 0
    this.#headerEnd = HEADER_BYTES
  }

  #check (length: number, type: number, flags: number): void {
    const isValid = length <= LONGEST_FRAME && (LENGTHS[type]?.(length, flags) ?? true)
    if (!isValid || this.#hasLongerOrigin(length, type) || this.#breaksHeaders(type, flags)) {
      throw new Error('sent a malformed HTTP/2 frame')
    }
  }

  #hasLongerOrigin (length: number, type: number): boolean {
    return type === ALTSVC && this.#header.readUInt16BE(HEADER_BYTES) > length - 2
  }

  /** Whether a frame stands amid the headers of a stream, or continues headers that have ended. */
  #breaksHeaders (type: number, flags: number): boolean {
    const stream = this.#header.readUInt32BE(5) & 0x7FFF_FFFF
    const isBroken = this.#continued !== (type === CONTINUATION ? stream : undefined)
    if (WITH_HEADERS.has(type)) this.#continued = (flags & END_HEADERS) === 0 ? stream : undefined
    return isBroken
  }
}

/**
 * Returns a connection that ends at the first malformed frame, before Node.js reads the frame. Otherwise a server can
 * end the whole process: nghttp2 before 1.68.1 fails an assertion at a frame of an invalid length that follows another
 * error (CVE-2026-27135), and Node.js up to version 26 can fail one in the destructor of a session after frames in
 * error, in version 20 always after headers that another frame cuts off. Destroy this connection, not its session: to
 * destroy a session can fail an assertion too, while a write waits. Other runtimes have no nghttp2, and get no guard.
 *
 * @see https://nghttp2.org/blog/2026/03/18/nghttp2-v1-68-1/
 */
export function guardedConnection (socket: Duplex, { nghttp2 }: NodeJS.Dict<string> = process.versions): Duplex {
  if (nghttp2 === undefined) return socket
  const frames = new FrameReader()
  const guarded = new Duplex({
    read () { socket.resume() },
    // Does not wait until the bytes are sent: Node.js fails an assertion if a session ends while it waits.
    write (chunk: Buffer, _encoding, done) {
      socket.write(chunk)
      done(socket.writableLength > MOST_UNSENT ? new Error('does not read the answers to its frames') : null)
    },
    final (done) { socket.end(done) },
    destroy (error, done) {
      socket.destroy()
      done(error)
    }
  })
  socket.on('data', (bytes: Buffer) => {
    try {
      frames.read(bytes)
      if (!guarded.push(bytes)) socket.pause()
    } catch (error) {
      guarded.destroy(error as Error)
    }
  })
  socket.on('end', () => guarded.push(null)).on('error', (error) => guarded.destroy(error))
  // After the end, the reader may not have read everything yet.
  socket.on('close', () => { if (!socket.readableEnded) guarded.destroy() })
  return guarded
}
