import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Worker } from 'node:worker_threads'
import type { FastifyServerOptions } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import type { ManagementOptions } from '../../lib/index.js'
import { separatePortOf, startServers } from '../hosts/fixtures/two-servers.js'
import type { TwoServers } from '../hosts/fixtures/two-servers.js'
import { codesIn, exchange, openRaw } from '../support/raw-socket.js'
import type { RawSocket } from '../support/raw-socket.js'

const PROBE = 'GET /z/health/liveness HTTP/1.1\r\nHost: pod\r\n\r\n'
const LAST_PROBE = PROBE.replace('Host: pod', 'Host: pod\r\nConnection: close')
/** An app with smaller limits than the separate port, so that the tests do not wait for seconds. */
const SHORT = {
  requestTimeout: 300, keepAliveTimeout: 100, http: { headersTimeout: 200, connectionsCheckingInterval: 20 }
}

interface Target extends TwoServers {
  readonly port: number
  readonly open: () => Promise<RawSocket>
}

async function start (t: Test, options: ManagementOptions = {}, fastify: FastifyServerOptions = {}): Promise<Target> {
  const servers = await startServers(t, options, fastify)
  const port = separatePortOf(servers.app)
  return { ...servers, port, open: async () => await openRaw(t, port) }
}

/** The separate port of an app that accepts at most 20 connections. */
async function crowded (t: Test, options: ManagementOptions = {}): Promise<Target> {
  return await start(t, options, {
    serverFactory: (handler) => {
      const server = createServer(handler)
      server.maxConnections = 20
      return server
    }
  })
}

async function isProbed ({ getSeparate }: TwoServers): Promise<boolean> {
  const { status, text } = await getSeparate('/z/health/liveness')
  return status === 200 && text === '{"status":"UP"}'
}

await t.test('a connection without a request closes', async (t) => {
  const { open } = await start(t, {}, SHORT)
  t.match(await (await open()).closed(), /^(HTTP\/1\.1 408 |$)/)
})

await t.test('a request whose headers never end closes, however often it sends one', async (t) => {
  const target = await start(t, {}, SHORT)
  const slow = await target.open()
  slow.write('GET /z/health/liveness HTTP/1.1\r\nHost: pod\r\n')
  const drip = setInterval(() => slow.write('X-More: 1\r\n'), 20)
  t.teardown(() => clearInterval(drip))
  t.ok(await isProbed(target))
  t.same(codesIn(await slow.closed()), [408])
})

await t.test('a request whose body never ends closes, whatever its method', async (t) => {
  const target = await start(t, {}, SHORT)
  await Promise.all(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'].map(async (method) => {
    const slow = await target.open()
    slow.write(`${method} /z/health/liveness HTTP/1.1\r\nHost: pod\r\nTransfer-Encoding: chunked\r\n\r\n`)
    const drip = setInterval(() => slow.write('1\r\nx\r\n'), 20)
    t.teardown(() => clearInterval(drip))
    await slow.closed()
  }))
  t.ok(await isProbed(target))
})

await t.test('an idle connection closes after its answer', async (t) => {
  const { open } = await start(t, {}, SHORT)
  const idle = await open()
  idle.write(PROBE)
  t.same(codesIn(await idle.closed()), [200])
})

for (const [name, bytes] of [['send nothing', ''], ['send half a request', 'GET /z/health/liveness HTTP/1.1\r\nX: ']]) {
  await t.test(`probes are answered while an attacker opens a hundred connections that ${name}`, async (t) => {
    const target = await crowded(t)
    const sockets: RawSocket[] = []
    for (let count = 0; count < 100; count++) {
      const raw = await target.open()
      raw.write(bytes ?? '')
      sockets.push(raw)
      if (!await isProbed(target)) t.fail(`the probe after ${count} connections`)
    }
    await sockets[0]?.closed()
    t.ok(sockets.filter(({ socket }) => !socket.closed).length <= 20)
    const warnings = target.lines.filter(({ level }) => level === 'warn')
    t.match(warnings, [{ message: /^the management port has too many connections/ }])
  })
}

await t.test('probes are answered while the requests of an attacker hold every connection', async (t) => {
  const target = await crowded(t, { auth: async () => await new Promise(() => undefined) })
  for (let count = 0; count < 40; count++) {
    const raw = await target.open()
    raw.write('GET /z/health HTTP/1.1\r\nHost: pod\r\n\r\n')
    if (!await isProbed(target)) t.fail(`the probe after ${count} connections`)
  }
  t.ok(await isProbed(target))
})

await t.test('a flood of pipelined probes gets as many answers, and runs a check once at a time', async (t) => {
  let [running, most] = [0, 0]
  const check = async (): Promise<void> => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => { setImmediate(resolve) })
    running -= 1
  }
  const target = await start(t, { checks: { liveness: { loop: check } } })
  const flood = await target.open()
  flood.write(`${PROBE.repeat(999)}${LAST_PROBE}`)
  t.ok(await isProbed(target))
  const codes = codesIn(await flood.closed())
  t.same([codes.length, [...new Set(codes)], most], [1_000, [200], 1])
})

await t.test('too many headers are refused, and probes are answered', async (t) => {
  const target = await start(t)
  const headers = (count: number, text: string): string => {
    const lines = Array.from({ length: count }, (_, nth) => `X-${nth}: ${text}`)
    return LAST_PROBE.replace('Host: pod', `Host: pod\r\n${lines.join('\r\n')}`)
  }
  for (const hostile of [
    headers(1, 'x'.repeat(100_000)), headers(100_000, 'x'), headers(1, '\x00'), headers(1, '\x1b')
  ]) t.notMatch(await exchange(t, target.port, hostile), /^HTTP\/1\.1 [^4]/)
  t.ok(await isProbed(target))
})

await t.test('CONNECT closes, and Upgrade and Expect are answered like any request', async (t) => {
  const target = await start(t)
  t.equal(await exchange(t, target.port, 'CONNECT pod:80 HTTP/1.1\r\nHost: pod\r\n\r\n'), '')
  const add = (header: string): string => LAST_PROBE.replace('Host: pod', `Host: pod\r\n${header}`)
  const upgrade = add('Upgrade: websocket').replace('close', 'close, Upgrade')
  t.same(codesIn(await exchange(t, target.port, upgrade)), [200])
  t.same(codesIn(await exchange(t, target.port, add('Expect: 100-continue'))), [100, 200])
  t.same(codesIn(await exchange(t, target.port, add('Expect: more'))), [417])
  t.ok(await isProbed(target))
})

await t.test('a probe with a body is answered, and the body is no second request', async (t) => {
  const target = await start(t)
  const body = 'GET /z/info HTTP/1.1\r\nHost: pod\r\n\r\n'
  const sent = LAST_PROBE.replace('Host: pod', `Host: pod\r\nContent-Length: ${body.length}`)
  const received = await exchange(t, target.port, `${sent}${body}`)
  t.same([codesIn(received), received.includes('trace.attributes')], [[200], false])
})

/** Requests that a proxy and a server could read in two ways (RFC 9112, section 11.2). */
const SMUGGLED: Readonly<Record<string, string>> = {
  'two lengths': 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
  'a length and chunks': 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'an unknown encoding': 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
  'two encodings': 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n',
  'a space before the colon': 'Content-Length : 5\r\n\r\nhello',
  'a negative length': 'Content-Length: -1\r\n\r\n',
  'a length with a sign': 'Content-Length: +5\r\n\r\nhello',
  'a folded header': 'X-A: b\r\n Content-Length: 5\r\n\r\n',
  'a bare carriage return': 'X-A: b\rContent-Length: 5\r\n\r\n',
  'a chunk with an invalid length': 'Transfer-Encoding: chunked\r\n\r\nz\r\nx\r\n0\r\n\r\n'
}

await t.test('a request that can be read in two ways gets no second answer', async (t) => {
  const target = await start(t, {}, SHORT)
  const smuggled = 'GET /z/info HTTP/1.1\r\nHost: pod\r\n\r\n'
  const leaks: string[] = []
  for (const [name, rest] of Object.entries(SMUGGLED)) {
    const raw = await target.open()
    raw.write(`POST /z/health/liveness HTTP/1.1\r\nHost: pod\r\n${rest}${smuggled}`)
    const received = await raw.closed()
    if (received.includes('trace.attributes') || !/^HTTP\/1\.1 4\d\d /.test(received)) leaks.push(`${name}: ${received}`)
  }
  t.same(leaks, [])
  t.ok(await isProbed(target))
})

await t.test('a request without a host, of an unknown version or of other bytes is refused', async (t) => {
  const target = await start(t)
  for (const bytes of [
    'GET /z/health HTTP/1.1\r\n\r\n',
    'GET /z/health HTTP/9.9\r\nHost: pod\r\n\r\n',
    'G\x00T /z/health HTTP/1.1\r\nHost: pod\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
  ]) t.match(codesIn(await exchange(t, target.port, bytes)), [400], JSON.stringify(bytes))
  t.ok(await isProbed(target))
})

await t.test('a burst of 1,500 connections during a busy moment loses no connection', {
  skip: process.platform !== 'linux' || Number(readFileSync('/proc/sys/net/core/somaxconn')) < 2_000
}, async (t) => {
  const target = await start(t)
  const connected = new Int32Array(new SharedArrayBuffer(4))
  const attacker = new Worker(`
    const { workerData: { port, count, connected } } = require('node:worker_threads')
    const onConnect = () => { if (Atomics.add(connected, 0, 1) + 1 === count) Atomics.notify(connected, 0) }
    for (let at = 0; at < count; at++) {
      require('node:net').connect(port, '127.0.0.1', onConnect).on('error', () => undefined)
    }
  `, { eval: true, execArgv: [], workerData: { port: target.port, count: 1_500, connected } })
  t.teardown(async () => await attacker.terminate())
  // Blocks the event loop: the system must keep the connections, because the server accepts none.
  const end = Date.now() + 20_000
  for (let seen = 0; seen < 1_500 && Date.now() < end; seen = Atomics.load(connected, 0)) {
    Atomics.wait(connected, 0, seen, 100)
  }
  t.equal(Atomics.load(connected, 0), 1_500)
  t.ok(await isProbed(target))
})
