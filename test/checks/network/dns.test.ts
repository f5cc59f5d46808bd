import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { ADDRCONFIG } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import t from 'tap'
import { dns, dnsBy } from '../../../lib/checks/network/dns.js'
import { Lookup } from '../../../lib/checks/network/lookup.js'
import { run } from '../../support/check.js'
import { RecordingLog } from '../../support/log.js'

type Test = Pick<typeof t, 'teardown'>

/** A server of names on a free port of the loopback interface: what it makes of a question is sent back, if anything. */
async function startServer (test: Test, answer: (question: Buffer) => Buffer | undefined): Promise<{ address: string, socket: Socket }> {
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

/** Answers a question with a code and records of its own type (RFC 1035, section 4.1). */
function answerTo (question: Buffer, code: number, records: readonly Buffer[] = []): Buffer {
  const end = question.indexOf(0, HEADER_BYTES) + 5
  const asked = question.subarray(HEADER_BYTES, end)
  const header = Buffer.from([...question.subarray(0, 2), 0x81, 0x80 | code, 0, 1, 0, records.length, 0, 0, 0, 0])
  const type = asked.subarray(-4)
  const answers = records.map((data) => Buffer.concat([Buffer.from([0xc0, HEADER_BYTES]), type, Buffer.from([0, 0, 0, 60, 0, data.length]), data]))
  return Buffer.concat([header, asked, ...answers])
}

await t.test('a name that is not known is DOWN, with the code', async (t) => {
  t.match(await run(dns('nowhere.invalid')), { status: 'DOWN', details: { error: /^getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid$/, name: 'nowhere.invalid' } })
  const { address } = await startServer(t, (question) => answerTo(question, 3))
  t.match(await run(dns('nowhere.test', { servers: [address] })), { status: 'DOWN', details: { error: 'queryA ENOTFOUND nowhere.test' } })
})

await t.test('a name without a record of the type is DOWN, with the code', async (t) => {
  const { address } = await startServer(t, (question) => answerTo(question, 0))
  t.match(await run(dns('db.test', { servers: [address], type: 'AAAA' })), { status: 'DOWN', details: { error: 'queryAaaa ENODATA db.test' } })
})

await t.test('a lookup that hangs is DOWN before the timeout, and while it does no second is begun', async (t) => {
  let asked = 0
  let answer: (addresses: LookupAddress[]) => void = () => undefined
  const check = dnsBy(new Lookup(async () => {
    asked += 1
    return await new Promise((resolve) => { answer = resolve })
  }), 'db.test', {})
  for (let runs = 0; runs < 3; runs++) t.match(await run(check, 200), { status: 'DOWN', details: { error: 'no answer within 180 ms', name: 'db.test' } })
  t.equal(asked, 1)
  const last = run(check)
  answer([{ address: '10.0.0.1', family: 4 }])
  t.match(await last, { status: 'UP', details: { addresses: ['10.0.0.1'] } })
  t.equal(asked, 1)
})

await t.test('a server that does not answer is DOWN before the timeout, and nothing waits for it any more', async (t) => {
  const { address } = await startServer(t, () => undefined)
  t.match(await run(dns('db.test', { servers: [address] }), 200), { status: 'DOWN', details: { error: 'no answer within 180 ms', name: 'db.test' } })
  t.notOk(process.getActiveResourcesInfo().some((resource) => resource === 'QueryReqWrap'))
})

await t.test('a server that answers late, but in time, is UP', async (t) => {
  const { address, socket } = await startServer(t, () => undefined)
  socket.on('message', (question, { port, address }) => {
    setTimeout(() => socket.send(answerTo(question, 0, [Buffer.from([10, 0, 0, 1])]), port, address), 1_500)
  })
  t.match(await run(dns('db.test', { servers: [address] }), 2_400), { status: 'UP', details: { records: ['10.0.0.1'] } })
})

await t.test('where a server does not answer the next one is asked in time', async (t) => {
  const silent = await Promise.all([startServer(t, () => undefined), startServer(t, () => undefined)])
  const answering = await startServer(t, (question) => answerTo(question, 0, [Buffer.from([10, 0, 0, 1])]))
  const servers = [...silent, answering].map(({ address }) => address)
  t.match(await run(dns('db.test', { servers }), 6_000), { status: 'UP', details: { records: ['10.0.0.1'] } })
  t.match(await run(dns('db.test', { servers: servers.slice(1) }), 6_000), { status: 'UP', details: { records: ['10.0.0.1'] } })
})

await t.test('where the time is over before it begins no server is asked', async (t) => {
  let asked = 0
  const { address } = await startServer(t, () => { asked += 1; return undefined })
  const log = new RecordingLog()
  t.match(await dns('db.test', { servers: [address] })({ signal: AbortSignal.abort(), timeout: 100, log }), { status: 'DOWN', details: { error: 'no answer within 90 ms' } })
  t.notOk(process.getActiveResourcesInfo().some((resource) => resource === 'QueryReqWrap'))
  t.equal(asked, 0)
})

await t.test('a lookup asks as connections do, and a family for itself', async (t) => {
  const asked: unknown[] = []
  const lookup = new Lookup(async (_name, options) => {
    asked.push(options)
    return await Promise.resolve([{ address: '10.0.0.1', family: 4 }])
  })
  await run(dnsBy(lookup, 'db.test', {}))
  await run(dnsBy(lookup, 'db.test', { family: 4 }))
  t.match(asked, [{ hints: process.platform === 'win32' ? 0 : ADDRCONFIG }, { family: 4, hints: 0 }])
})

await t.test('a name without an address is DOWN', async (t) => {
  const check = dnsBy(new Lookup(async () => await Promise.resolve([])), 'db.test', {})
  t.match(await run(check), { status: 'DOWN', details: { error: 'db.test has no address' } })
})

await t.test('garbage from a server is DOWN', async (t) => {
  const { address } = await startServer(t, (question) => Buffer.concat([question.subarray(0, 2), Buffer.alloc(40, 0xff)]))
  t.match(await run(dns('db.test', { servers: [address] }), 200), { status: 'DOWN', details: { error: String, name: 'db.test' } })
})

await t.test('a name of the hosts file is UP, with its addresses', async (t) => {
  t.match(await run(dns('localhost', { family: 4 })), { status: 'UP', details: { name: 'localhost', addresses: ['127.0.0.1'], latencyMs: Number } })
})

await t.test('the records of a server are UP, with their type', async (t) => {
  const { address } = await startServer(t, (question) => answerTo(question, 0, [Buffer.from([10, 0, 0, 1]), Buffer.from([10, 0, 0, 2])]))
  const { details } = await run(dns('db.test', { servers: [address] }))
  t.match(details, { name: 'db.test', type: 'A', latencyMs: Number })
  t.same([details?.['records']].flat().sort(), ['10.0.0.1', '10.0.0.2'])
  const texts = await startServer(t, (question) => answerTo(question, 0, [Buffer.from('\x02hi')]))
  t.match(await run(dns('db.test', { servers: [texts.address], type: 'TXT' })), { status: 'UP', details: { type: 'TXT', records: [['hi']] } })
})

await t.test('a type alone is asked of the servers of the host, whatever they say', async (t) => {
  t.match(await run(dns('nowhere.invalid', { type: 'SRV' }), 100), { status: 'DOWN', details: { name: 'nowhere.invalid' } })
})

await t.test('a name and options that cannot be are refused at once', (t) => {
  const cases: readonly [unknown, unknown, RegExp][] = [
    ['', {}, /option "dns\.name" must be a string that is not empty/],
    [['h'], {}, /option "dns\.name"/],
    ['h', { port: 53 }, /option "dns" must be an object with no other keys than family, type, servers/],
    ['h', { family: 0 }, /option "dns\.family" must be 4 or 6, got the number 0/],
    ['h', { family: 4, type: 'A' }, /option "dns\.family" must be left out with dns\.type and dns\.servers/],
    ['h', { family: 6, servers: ['127.0.0.1'] }, /option "dns\.family" must be left out/],
    ['h', { type: 'ANY' }, /option "dns\.type" must be one of A, AAAA, CNAME, MX, NS, SRV, TXT/],
    ['h', { servers: [] }, /option "dns\.servers" must be an array that is not empty/],
    ['h', { servers: ['127.0.0.1', 'ns.test'] }, /option "dns\.servers\[1\]" must be an IP address with an optional port, got the string "ns\.test"/]
  ]
  for (const [name, options, message] of cases) {
    t.throws(() => { Reflect.apply(dns, undefined, [name, options]) }, { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message.source)
  }
  t.end()
})
