import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { ADDRCONFIG } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import t from 'tap'
import { dns, dnsWith } from '../../../lib/checks/network/dns.js'
import { Lookup } from '../../../lib/checks/network/lookup.js'
import { run } from '../../support/check.js'
import { RecordingLog } from '../../support/log.js'

type Test = Pick<typeof t, 'teardown'>

/** Starts a DNS server on a free loopback port. It sends no reply to a question if `answer` returns `undefined`. */
async function startServer (
  test: Test, answer: (question: Buffer) => Buffer | undefined
): Promise<{ address: string, socket: Socket }> {
  const socket = createSocket('udp4')
  socket.on('message', (question, { port, address }) => {
    const message = answer(question)
    if (message !== undefined) socket.send(message, port, address)
  })
  test.teardown(() => socket.close())
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { address: `127.0.0.1:${socket.address().port}`, socket }
}

const HEADER_BYTES = 12

/** Answers a question with a code and records of the requested type (RFC 1035, section 4.1). */
function answerTo (question: Buffer, code: number, records: readonly Buffer[] = []): Buffer {
  const end = question.indexOf(0, HEADER_BYTES) + 5
  const query = question.subarray(HEADER_BYTES, end)
  const header = Buffer.from([...question.subarray(0, 2), 0x81, 0x80 | code, 0, 1, 0, records.length, 0, 0, 0, 0])
  const name = Buffer.from([0xc0, HEADER_BYTES])
  const typeAndClass = query.subarray(-4)
  const answers = records.map((data) =>
    Buffer.concat([name, typeAndClass, Buffer.from([0, 0, 0, 60, 0, data.length]), data]))
  return Buffer.concat([header, query, ...answers])
}

await t.test('dns() is DOWN with the error code when the name is unknown', async (t) => {
  t.match(await run(dns('nowhere.invalid')), {
    status: 'DOWN',
    details: { error: /^getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid$/, name: 'nowhere.invalid' }
  })
  const { address } = await startServer(t, (question) => answerTo(question, 3))
  t.match(await run(dns('nowhere.test', { servers: [address] })), {
    status: 'DOWN',
    details: { error: 'queryA ENOTFOUND nowhere.test' }
  })
})

await t.test('dns() is DOWN with the error code when the name has no record of the type', async (t) => {
  const { address } = await startServer(t, (question) => answerTo(question, 0))
  t.match(await run(dns('db.test', { servers: [address], type: 'AAAA' })), {
    status: 'DOWN',
    details: { error: 'queryAaaa ENODATA db.test' }
  })
})

await t.test('dns() is DOWN before the timeout when a lookup hangs, and starts no second lookup', async (t) => {
  let lookups = 0
  let answer: (addresses: LookupAddress[]) => void = () => undefined
  const check = dnsWith(new Lookup(async () => {
    lookups += 1
    return await new Promise((resolve) => { answer = resolve })
  }), 'db.test', {})
  for (let runs = 0; runs < 3; runs++) {
    t.match(await run(check, 200), { status: 'DOWN', details: { error: 'no answer within 180 ms', name: 'db.test' } })
  }
  t.equal(lookups, 1)
  const last = run(check)
  answer([{ address: '10.0.0.1', family: 4 }])
  t.match(await last, { status: 'UP', details: { addresses: ['10.0.0.1'] } })
  t.equal(lookups, 1)
})

await t.test('dns() is DOWN before the timeout and cancels the query when a server hangs', async (t) => {
  const { address } = await startServer(t, () => undefined)
  t.match(await run(dns('db.test', { servers: [address] }), 200), {
    status: 'DOWN',
    details: { error: 'no answer within 180 ms', name: 'db.test' }
  })
  t.notOk(process.getActiveResourcesInfo().some((resource) => resource === 'QueryReqWrap'))
})

await t.test('dns() is UP when a server answers late, but before the limit', async (t) => {
  const { address, socket } = await startServer(t, () => undefined)
  socket.on('message', (question, { port, address }) => {
    setTimeout(() => socket.send(answerTo(question, 0, [Buffer.from([10, 0, 0, 1])]), port, address), 1_500)
  })
  t.match(await run(dns('db.test', { servers: [address] }), 2_400), {
    status: 'UP',
    details: { records: ['10.0.0.1'] }
  })
})

await t.test('dns() queries the next server in time when a server does not answer', async (t) => {
  const silent = await Promise.all([startServer(t, () => undefined), startServer(t, () => undefined)])
  const answering = await startServer(t, (question) => answerTo(question, 0, [Buffer.from([10, 0, 0, 1])]))
  const servers = [...silent, answering].map(({ address }) => address)
  for (const some of [servers, servers.slice(1)]) {
    t.match(await run(dns('db.test', { servers: some }), 6_000), { status: 'UP', details: { records: ['10.0.0.1'] } })
  }
})

await t.test('dns() queries no server when its run is aborted before the start', async (t) => {
  let queries = 0
  const { address } = await startServer(t, () => { queries += 1; return undefined })
  const context = { signal: AbortSignal.abort(), timeout: 100, log: new RecordingLog() }
  t.match(await dns('db.test', { servers: [address] })(context), {
    status: 'DOWN',
    details: { error: 'no answer within 90 ms' }
  })
  t.notOk(process.getActiveResourcesInfo().some((resource) => resource === 'QueryReqWrap'))
  t.equal(queries, 0)
})

await t.test('dns() looks up addresses as connections do, or of one family', async (t) => {
  const received: unknown[] = []
  const lookup = new Lookup(async (_name, options) => {
    received.push(options)
    return await Promise.resolve([{ address: '10.0.0.1', family: 4 }])
  })
  await run(dnsWith(lookup, 'db.test', {}))
  await run(dnsWith(lookup, 'db.test', { family: 4 }))
  t.match(received, [{ hints: process.platform === 'win32' ? 0 : ADDRCONFIG }, { family: 4, hints: 0 }])
})

await t.test('dns() is DOWN when the name has no address', async (t) => {
  const check = dnsWith(new Lookup(async () => await Promise.resolve([])), 'db.test', {})
  t.match(await run(check), { status: 'DOWN', details: { error: 'db.test has no address' } })
})

await t.test('dns() is DOWN when a server sends an invalid reply', async (t) => {
  const { address } = await startServer(t, (question) =>
    Buffer.concat([question.subarray(0, 2), Buffer.alloc(40, 0xff)]))
  t.match(await run(dns('db.test', { servers: [address] }), 200), {
    status: 'DOWN',
    details: { error: String, name: 'db.test' }
  })
})

await t.test('dns() is UP with the addresses of a name in the hosts file', async (t) => {
  t.match(await run(dns('localhost', { family: 4 })), {
    status: 'UP',
    details: { name: 'localhost', addresses: ['127.0.0.1'], latencyMs: Number }
  })
})

await t.test('dns() is UP with the records of a server and their type', async (t) => {
  const records = [Buffer.from([10, 0, 0, 1]), Buffer.from([10, 0, 0, 2])]
  const { address } = await startServer(t, (question) => answerTo(question, 0, records))
  const { details } = await run(dns('db.test', { servers: [address] }))
  t.match(details, { name: 'db.test', type: 'A', latencyMs: Number })
  t.same([details?.['records']].flat().sort(), ['10.0.0.1', '10.0.0.2'])
  const texts = await startServer(t, (question) => answerTo(question, 0, [Buffer.from('\x02hi')]))
  t.match(await run(dns('db.test', { servers: [texts.address], type: 'TXT' })), {
    status: 'UP',
    details: { type: 'TXT', records: [['hi']] }
  })
})

await t.test('dns() queries the servers of the host when only a type is set', async (t) => {
  t.match(await run(dns('nowhere.invalid', { type: 'SRV' }), 100), {
    status: 'DOWN',
    details: { name: 'nowhere.invalid' }
  })
})

await t.test('dns() throws when the name or an option is wrong or unknown', (t) => {
  const cases: readonly [unknown, unknown, RegExp][] = [
    ['', {}, /option "dns\.name" must be a string that is not empty/],
    [['h'], {}, /option "dns\.name"/],
    ['h', { port: 53 }, /unknown option "dns\(name\)\.port", expected one of family, type, servers/],
    ['h', { family: 0 }, /option "dns\.family" must be 4 or 6, got the number 0/],
    ['h', { family: 4, type: 'A' }, /option "dns\.family" must be omitted with dns\.type or dns\.servers/],
    ['h', { family: 6, servers: ['127.0.0.1'] }, /option "dns\.family" must be omitted/],
    ['h', { type: 'ANY' }, /option "dns\.type" must be one of A, AAAA, CNAME, MX, NS, SRV, TXT/],
    ['h', { servers: [] }, /option "dns\.servers" must be an array that is not empty/],
    ['h', { servers: ['127.0.0.1', 'ns.test'] }, /option "dns\.servers\[1\]" must be an IP address .*"ns\.test"/]
  ]
  for (const [name, options, message] of cases) {
    const make = (): unknown => Reflect.apply(dns, undefined, [name, options])
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
  }
  t.end()
})
