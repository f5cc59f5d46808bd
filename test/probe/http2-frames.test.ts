import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { FrameReader, guardedConnection, isVulnerable } from '../../lib/probe/http2-frames.js'

const MALFORMED = { message: 'sent a malformed HTTP/2 frame' }

/** Makes a frame whose header has the given length. */
function frame (type: number, length: number): Buffer {
  const bytes = Buffer.alloc(9 + length)
  bytes.writeUIntBE(length, 0, 3)
  bytes.writeUInt8(type, 3)
  return bytes
}

await t.test('FrameReader accepts valid frames, however they are divided', (t) => {
  const valid = [
    [0, 0], [0, 16 * 1024], [1, 3], [2, 5], [3, 4], [4, 0], [4, 12], [5, 4], [6, 8], [7, 8], [8, 4], [9, 0], [10, 7]
  ]
  const bytes = Buffer.concat(valid.map(([type = 0, length = 0]) => frame(type, length)))
  for (const size of [1, 2, 7, 9, 10, 1_000, bytes.length]) {
    const reader = new FrameReader()
    for (let at = 0; at < bytes.length; at += size) reader.read(bytes.subarray(at, at + size))
  }
  t.doesNotThrow(() => new FrameReader().read(Buffer.alloc(0)))
  t.end()
})

await t.test('FrameReader throws at a frame of an invalid length, however it is divided', (t) => {
  const invalid = [[0, 16 * 1024 + 1], [2, 4], [3, 5], [4, 5], [5, 3], [6, 7], [7, 7], [8, 3], [99, 20_000]]
  for (const [type = 0, length = 0] of invalid) {
    const bytes = Buffer.concat([frame(4, 6), frame(0, 100), frame(type, length)])
    t.throws(() => new FrameReader().read(bytes), MALFORMED, `${type} ${length}`)
    const reader = new FrameReader()
    t.throws(() => { for (const byte of bytes) reader.read(Buffer.of(byte)) }, MALFORMED, `${type} ${length}`)
  }
  t.end()
})

await t.test('guardedConnection() passes bytes in both directions, and ends with the connection', async (t) => {
  const socket = new PassThrough()
  const guarded = guardedConnection(socket)
  guarded.end(frame(6, 8))
  const received: Buffer[] = []
  for await (const chunk of guarded) received.push(chunk as Buffer)
  t.same(Buffer.concat(received), frame(6, 8))
  t.equal(guarded.readableEnded, true)
})

await t.test('guardedConnection() ends at a malformed frame, and passes nothing of it', async (t) => {
  const socket = new PassThrough()
  const guarded = guardedConnection(socket)
  const passed: unknown[] = []
  guarded.on('data', (chunk) => passed.push(chunk))
  socket.write(frame(6, 7))
  const [error] = await once(guarded, 'error') as [Error]
  t.match(error, MALFORMED)
  t.same(passed, [])
  t.equal(socket.destroyed, true)
})

await t.test('guardedConnection() ends with the error of the connection', async (t) => {
  const socket = new PassThrough()
  const guarded = guardedConnection(socket)
  socket.destroy(new Error('reset'))
  const [error] = await once(guarded, 'error') as [Error]
  t.equal(error.message, 'reset')
})

await t.test('guardedConnection() pauses the connection while its reader is busy', async (t) => {
  const socket = new PassThrough({ highWaterMark: 1_024 * 1_024 })
  const guarded = guardedConnection(socket)
  for (let at = 0; at < 20; at++) socket.write(frame(0, 16 * 1024))
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(socket.isPaused(), true)
  socket.end()
  let length = 0
  for await (const chunk of guarded) length += (chunk as Buffer).length
  t.equal(length, 20 * (9 + 16 * 1024))
})

await t.test('isVulnerable() is true for nghttp2 before 1.68.1', (t) => {
  for (const version of ['1.61.0', '1.68.0', '1.9.9', '0.99.9']) t.equal(isVulnerable(version), true, version)
  for (const version of ['1.68.1', '1.68.2', '1.69.0', '1.70.0', '2.0.0', 'unknown']) {
    t.equal(isVulnerable(version), false, version)
  }
  t.type(isVulnerable(), 'boolean')
  t.end()
})
