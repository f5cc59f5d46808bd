import { Duplex } from 'node:stream'

/** The header of a frame: 3 bytes of length, the type, the flags, and 4 bytes of the stream (RFC 9113, section 4.1). */
const HEADER_BYTES = 9

/** The longest frame that a client accepts by default. */
const LONGEST_FRAME = 16 * 1024

/** The valid lengths of a frame by its type, for types whose length is limited (RFC 9113, section 6). */
const LENGTHS: Readonly<Record<number, (length: number) => boolean>> = {
  // PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE
  2: (length) => length === 5,
  3: (length) => length === 4,
  4: (length) => length % 6 === 0,
  5: (length) => length >= 4,
  6: (length) => length === 8,
  7: (length) => length >= 8,
  8: (length) => length === 4
}

/** The first version of nghttp2 that survives a malformed frame after an error. */
const REPAIRED = [1, 68, 1]

/**
 * Whether Node.js ends the whole process when a server sends a malformed frame after an error: all versions 20, and
 * early versions 22 and 24. Other runtimes have no nghttp2.
 *
 * @see https://nvd.nist.gov/vuln/detail/CVE-2026-27135
 */
export function isVulnerable (nghttp2 = process.versions['nghttp2']): boolean {
  if (nghttp2 === undefined) return false
  const parts = nghttp2.split('.').map(Number)
  const at = REPAIRED.findIndex((part, at) => parts[at] !== part)
  return at !== -1 && (parts[at] ?? 0) < (REPAIRED[at] ?? 0)
}

/** Finds the first malformed frame in the bytes that a server sends. */
export class FrameReader {
  readonly #header = Buffer.alloc(HEADER_BYTES)
  #headerBytes = 0
  /** The bytes that are left of the current frame. */
  #left = 0

  /** Reads the next bytes. Throws at a frame of an invalid length. */
  read (bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const skipped = Math.min(this.#left, bytes.length - at)
      this.#left -= skipped
      at += skipped
      if (this.#left > 0) return
      const copied = bytes.copy(this.#header, this.#headerBytes, at, at + HEADER_BYTES - this.#headerBytes)
      this.#headerBytes += copied
      at += copied
      if (this.#headerBytes === HEADER_BYTES) this.#begin()
    }
  }

  #begin (): void {
    const length = this.#header.readUIntBE(0, 3)
    const isValid = LENGTHS[this.#header.readUInt8(3)]?.(length) ?? true
    if (length > LONGEST_FRAME || !isValid) throw new Error('sent a malformed HTTP/2 frame')
    this.#left = length
    this.#headerBytes = 0
  }
}

/** Returns a connection that ends at the first malformed frame, before Node.js reads the frame. */
export function guardedConnection (socket: Duplex): Duplex {
  const frames = new FrameReader()
  const guarded = new Duplex({
    read () { socket.resume() },
    write (chunk: Buffer, _encoding, done) { socket.write(chunk, done) },
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
