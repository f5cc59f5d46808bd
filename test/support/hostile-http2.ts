/** Sends requests to a TLS server that breaks HTTP/2, and collects garbage. Prints `alive` if the process survives. */
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { probe } from '../../lib/probe/http-probe.js'
import { CHAIN } from './certificate.js'
import { portOf } from './app.js'

const [scenario = '', rounds = ''] = process.argv.slice(2)

/** Makes a frame from its type, flags, stream and payload in hexadecimal. */
function frame (type: number, flags = 0, stream = 0, payload = ''): Buffer {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length / 2, 0, 3)
  header.writeUInt8(type, 3)
  header.writeUInt8(flags, 4)
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, Buffer.from(payload, 'hex')])
}

const SETTINGS = frame(4)
/** Status 200, and a header of 3 and 31 bytes, without the end of the headers. */
const CUT_HEADERS = frame(1, 0, 1, `8800036363631f${'64'.repeat(31)}`)
/** Frames in error, of ALTSVC with an origin that is longer than the frame, and then more with an invalid length. */
const MALFORMED = Buffer.from([
  '0000030a0000000000000168',
  '0000030a005472616e736665722d456e636f64696e673a206368756e6b65640d0a0000000000016800005472616e736665722d456e63',
  '0000050504000000010000000288000001010500000001880000040800000000007fffffff'
].join(''), 'hex')

const SCENARIOS: Readonly<Record<string, readonly Buffer[]>> = {
  'malformed frames': [SETTINGS, MALFORMED],
  'headers cut off by a PING': [SETTINGS, CUT_HEADERS, frame(6, 0, 0, '00'.repeat(8))],
  'headers cut off by RST_STREAM': [SETTINGS, CUT_HEADERS, frame(3, 0, 1, '00000000')],
  'headers cut off by GOAWAY': [SETTINGS, CUT_HEADERS, frame(7, 0, 0, '00'.repeat(8))],
  'headers without an end': [SETTINGS, CUT_HEADERS],
  'a flood of PING': [SETTINGS, ...Array<Buffer>(1_500).fill(frame(6, 0, 0, '00'.repeat(8)))],
  'a flood of SETTINGS': Array<Buffer>(1_500).fill(SETTINGS),
  'random frames': []
}

/** Numbers below a limit that look random, and are the same in every run. */
function randomNumbers (seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * limit)
  }
}

function randomFrames (seed: number): Buffer {
  const below = randomNumbers(seed)
  const byte = (): string => below(256).toString(16).padStart(2, '0')
  const payload = (): string => Array.from({ length: below(12) }, byte).join('')
  const known = [SETTINGS, CUT_HEADERS, frame(1, 4, 1, '88'), frame(9, 4, 1), frame(0, 0, 1, '7b7d'), frame(3, 0, 1)]
  const frames = Array.from({ length: 1 + below(8) }, () =>
    known[below(2 * known.length)] ?? frame(below(12), below(64), below(3), payload()))
  return Buffer.concat([SETTINGS, ...frames])
}

let connections = 0
function attack (socket: Socket): void {
  const seed = connections++
  socket.on('error', () => undefined).once('data', () => {
    const frames = scenario === 'random frames' ? [randomFrames(seed)] : SCENARIOS[scenario] ?? []
    for (const bytes of frames) socket.write(bytes)
    if (seed % 3 === 0) socket.end()
    if (seed % 7 === 0) socket.destroy()
  })
}

setFlagsFromString('--expose_gc')
const collectGarbage = runInNewContext('gc') as () => void
const server = createServer({ key: CHAIN.key, cert: CHAIN.leaf, ALPNProtocols: ['h2'] }, attack)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = new URL(`https://127.0.0.1:${portOf(server)}/`)
for (let round = 0; round < Number(rounds); round++) {
  const probes = Array.from({ length: 10 }, async () => await probe(url, { timeoutMs: 100, userAgent: 'attacked' }))
  await Promise.all(probes)
  collectGarbage()
}
process.stdout.write('alive\n', () => process.exit())
