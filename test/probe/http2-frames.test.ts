import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { FrameReader, guardedConnection } from '../../lib/probe/http2-frames.js'

type Test = Pick<typeof t, 'throws' | 'doesNotThrow'>

const MALFORMED = { message: 'sent a malformed HTTP/2 frame' }

const ACK = 0x01
const END_HEADERS = 0x04
const PADDED = 0x08
const PRIORITY = 0x20

type Frame = readonly [type: number, length: number, flags?: number, stream?: number, payload?: string]

/** Makes a frame whose header has the given length. The payload is in hexadecimal, and zeros follow it. */
function frame (type: number, length: number, flags = END_HEADERS, stream = 0, payload = ''): Buffer {
  const bytes = Buffer.alloc(9 + length)
  bytes.writeUIntBE(length, 0, 3)
  bytes.writeUInt8(type, 3)
  bytes.writeUInt8(flags, 4)
  bytes.writeUInt32BE(stream, 5)
  bytes.write(payload, 9, 'hex')
  return bytes
}

await t.test('FrameReader accepts valid frames, however they are divided', (t) => {
  const valid: Frame[] = [
    [0, 0], [0, 16 * 1024], [1, 3], [2, 5], [3, 4], [4, 0], [4, 12, 0], [4, 0, ACK], [5, 4], [6, 8], [7, 8], [8, 4],
    [1, 6, END_HEADERS | PADDED | PRIORITY], [5, 5, END_HEADERS | PADDED], [11, 7],
    [10, 2], [10, 9, 0, 0, '0007'], [10, 4, 0, 0, '0001'],
    [1, 3, 0, 1], [9, 0, 0, 1], [9, 4, END_HEADERS, 0x8000_0001], [5, 4, 0, 3], [9, 4, END_HEADERS, 3], [6, 8]
  ]
  const bytes = Buffer.concat(valid.map((each) => frame(...each)))
  for (const size of [1, 2, 7, 9, 10, 1_000, bytes.length]) {
    const reader = new FrameReader()
    for (let at = 0; at < bytes.length; at += size) reader.read(bytes.subarray(at, at + size))
  }
  t.doesNotThrow(() => new FrameReader().read(Buffer.alloc(0)))
  t.end()
})

/** Asserts that the reader throws at the last frame, also if it reads one byte at a time. */
function assertMalformed (t: Test, frames: readonly Frame[]): void {
  const before = Buffer.concat([frame(4, 6, 0), ...frames.slice(0, -1).map((each) => frame(...each))])
  const bytes = Buffer.concat([before, ...frames.slice(-1).map((each) => frame(...each))])
  t.doesNotThrow(() => new FrameReader().read(before))
  t.throws(() => new FrameReader().read(bytes), MALFORMED, JSON.stringify(frames))
  const reader = new FrameReader()
  t.throws(() => { for (const byte of bytes) reader.read(Buffer.of(byte)) }, MALFORMED, JSON.stringify(frames))
}

await t.test('FrameReader throws at a frame of an invalid length, however it is divided', (t) => {
  const invalid: Frame[] = [
    [0, 16 * 1024 + 1], [2, 4], [3, 5], [4, 5, 0], [4, 6, ACK], [5, 3], [6, 7], [7, 7], [8, 3], [99, 20_000],
    [1, 4, END_HEADERS | PRIORITY], [1, 0, END_HEADERS | PADDED], [1, 5, END_HEADERS | PADDED | PRIORITY],
    [5, 4, END_HEADERS | PADDED], [10, 0], [10, 1], [10, 4, 0, 0, '0003'], [10, 2, 0, 0, 'ffff']
  ]
  for (const each of invalid) assertMalformed(t, [[0, 100], each])
  t.end()
})

await t.test('FrameReader throws at a frame amid the headers of a stream, and at headers that continue none', (t) => {
  for (const type of [1, 5]) {
    for (const next of [[0, 0, 0, 1], [1, 1, END_HEADERS, 1], [6, 8], [9, 1, END_HEADERS, 3], [99, 0]] as Frame[]) {
      assertMalformed(t, [[type, 5, 0, 1], next])
      assertMalformed(t, [[type, 5, 0, 1], [9, 1, 0, 1], next])
    }
  }
  assertMalformed(t, [[9, 1, END_HEADERS, 1]])
  assertMalformed(t, [[1, 5, 0, 1], [9, 1, END_HEADERS, 1], [9, 1, END_HEADERS, 1]])
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

await t.test('guardedConnection() accepts writes at once, and ends when a server reads nothing', async (t) => {
  const socket = new PassThrough({ highWaterMark: 1 })
  const guarded = guardedConnection(socket)
  socket.pause()
  guarded.write(Buffer.alloc(1024 * 1024))
  await new Promise((resolve) => setImmediate(resolve))
  t.match(guarded, { writableLength: 0, destroyed: false })
  guarded.write('one more')
  const [error] = await once(guarded, 'error') as [Error]
  t.match(error, { message: 'does not read the answers to its frames' })
  t.equal(socket.destroyed, true)
})

await t.test('guardedConnection() returns the connection itself on a runtime without nghttp2', (t) => {
  const socket = new PassThrough()
  t.equal(guardedConnection(socket, {}), socket)
  t.not(guardedConnection(socket), socket)
  t.end()
})
