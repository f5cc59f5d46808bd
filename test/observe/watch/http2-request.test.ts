import { createServer } from 'node:http2'
import { connect } from 'node:net'
import t from 'tap'
import { hasHttp2Answer, http2Request } from '../../../lib/observe/watch/http2-request.js'
import { listen } from '../../support/loopback.js'

await t.test('http2Request() sends headers of any length, which a server of Node reads', async (t) => {
  const received: unknown[] = []
  const server = createServer((request, response) => {
    received.push(request.headers)
    response.writeHead(204).end()
  })
  const port = await listen(t, server)
  const lengths = [0, 1, 126, 127, 128, 254, 255, 256, 1_000, 8_000]
  for (const length of lengths) {
    const socket = connect(port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    const path = `/${'x'.repeat(length)}`
    const pseudo = { ':method': 'GET', ':scheme': 'http', ':authority': 'h', ':path': path }
    socket.write(http2Request({ ...pseudo, 'x-long': 'y'.repeat(length) }))
    let bytes = Buffer.alloc(0)
    while (!hasHttp2Answer(bytes)) {
      const chunk = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
      bytes = Buffer.concat([bytes, chunk])
    }
    socket.destroy()
  }
  t.match(received, lengths.map((length) => ({ ':path': `/${'x'.repeat(length)}`, 'x-long': 'y'.repeat(length) })))
})

await t.test('hasHttp2Answer() is false for settings, cut frames, other streams and garbage', (t) => {
  const frame = (type: number, stream: number, payload = ''): Buffer => {
    const bytes = Buffer.alloc(9 + payload.length)
    bytes.writeUIntBE(payload.length, 0, 3)
    bytes.writeUInt8(type, 3)
    bytes.writeUInt32BE(stream, 5)
    bytes.write(payload, 9)
    return bytes
  }
  const settings = frame(4, 0, 'x'.repeat(36))
  for (const bytes of [
    Buffer.alloc(0), settings, settings.subarray(0, 20), frame(1, 3), frame(0, 1, 'data'), frame(1, 1).subarray(0, 8),
    Buffer.alloc(10_000), Buffer.alloc(10_000, 0xFF), Buffer.from('HTTP/1.1 200 OK\r\n\r\n')
  ]) t.equal(hasHttp2Answer(bytes), false)
  t.equal(hasHttp2Answer(Buffer.concat([settings, frame(8, 0, 'four'), frame(1, 1, 'x')])), true)
  t.end()
})
