// A double of a Kafka broker, which is a cluster of its own. The argument is its port.
import { createServer } from 'node:net'

/** The requests that it answers: their key, and the only version of each. */
const METADATA = { key: 3, version: 5 }
const API_VERSIONS = { key: 18, version: 0 }

const [port] = process.argv.slice(2)

createServer((socket) => {
  let received = Buffer.alloc(0)
  socket.on('error', () => undefined).on('data', (data) => {
    received = Buffer.concat([received, data])
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
      const length = received.readInt32BE(0)
      socket.write(answerTo(received.subarray(4, 4 + length)))
      received = received.subarray(4 + length)
    }
  })
}).listen(Number(port), '127.0.0.1')

function answerTo (request: Buffer): Buffer {
  const [key, version, id] = [request.readInt16BE(0), request.readInt16BE(2), request.subarray(4, 8)]
  const body = key === METADATA.key ? metadata() : apiVersions(version === API_VERSIONS.version)
  return Buffer.concat([int32(id.length + body.length), id, body])
}

function apiVersions (isSupported: boolean): Buffer {
  const versions = [METADATA, API_VERSIONS].flatMap(({ key, version }) => [key, version, version].map(int16))
  const UNSUPPORTED_VERSION = 35
  return Buffer.concat([int16(isSupported ? 0 : UNSUPPORTED_VERSION), int32(2), ...versions])
}

/** Throttle time, one broker without a rack, the cluster's id, its controller, and no topics. */
function metadata (): Buffer {
  const broker = [int32(1), string('127.0.0.1'), int32(Number(port)), int16(-1)]
  return Buffer.concat([int32(0), int32(1), ...broker, string('double'), int32(1), int32(0)])
}

function int16 (value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32 (value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function string (value: string): Buffer {
  return Buffer.concat([int16(value.length), Buffer.from(value)])
}
