/** A request over HTTP/2 as bytes, and the search for its answer. No module of Node is loaded or traced for it. */

const HEADER_BYTES = 9
const HEADERS = 1
const SETTINGS = 4
/** The request has no body, and its headers are complete. */
const END_STREAM_AND_HEADERS = 0x05
const STREAM = 1

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** Returns the bytes of a GET request over a new connection, without compression (RFC 9113 and RFC 7541). */
export function http2Request (headers: Readonly<Record<string, string>>): Buffer {
  const block = Buffer.concat(Object.entries(headers).flatMap(([name, value]) =>
    [Buffer.of(0), text(name), text(value)]))
  const settings = frame(SETTINGS, 0, 0, Buffer.alloc(0))
  return Buffer.concat([PREFACE, settings, frame(HEADERS, END_STREAM_AND_HEADERS, STREAM, block)])
}

/** Whether bytes of a server contain the begin of an answer: the headers of the first stream. */
export function hasHttp2Answer (bytes: Buffer): boolean {
  for (let at = 0; at + HEADER_BYTES <= bytes.length; at += HEADER_BYTES + bytes.readUIntBE(at, 3)) {
    if (bytes.readUInt8(at + 3) === HEADERS && bytes.readUInt32BE(at + 5) === STREAM) return true
  }
  return false
}

function frame (type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUIntBE(payload.length, 0, 3)
  header.writeUInt8(type, 3)
  header.writeUInt8(flags, 4)
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

/** A text with its length, as an integer with a prefix of 7 bits (RFC 7541, section 5.1). */
function text (value: string): Buffer {
  const bytes = Buffer.from(value)
  const length: number[] = []
  if (bytes.length < 0x7F) {
    length.push(bytes.length)
  } else {
    length.push(0x7F)
    let rest = bytes.length - 0x7F
    for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7F) | 0x80)
    length.push(rest)
  }
  return Buffer.concat([Buffer.from(length), bytes])
}
