import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { http } from '../../../lib/checks/network/http.js'
import { serviceDependency } from '../../../lib/checks/network/service-dependency.js'
import type { RunResult } from '../../../lib/health/check/result.js'
import { run } from '../../support/check.js'
import { listen } from '../../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

const MIB = 1024 * 1024
const UP = '{"status":"UP","details":{"stadt":"Köln"}}'

/** Sends one body to both checks that read a body, and returns their results. */
async function runBoth (test: Test, listener: RequestListener, timeout?: number): Promise<readonly RunResult[]> {
  const url = `http://127.0.0.1:${await listen(test, createServer(listener))}/`
  return [await run(serviceDependency(url), timeout), await run(http(url, { contains: '"UP"' }), timeout)]
}

function answering (body: string | Buffer, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => response.writeHead(200, headers).end(body)
}

function utf16be (text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

await t.test('checks read UTF-8, UTF-16 and a named charset, with and without a byte order mark', async (t) => {
  const bodies: readonly (readonly [string, string | Buffer, string?])[] = [
    ['UTF-8 with a mark', `\uFEFF${UP}`, 'application/json'],
    ['a mark in contrast to the header', `\uFEFF${UP}`, 'application/json; charset=iso-8859-1'],
    ['UTF-16LE with a mark', Buffer.from(`\uFEFF${UP}`, 'utf16le')],
    ['UTF-16BE with a mark', utf16be(`\uFEFF${UP}`)],
    ['UTF-16LE by header', Buffer.from(UP, 'utf16le'), 'application/json; charset=utf-16le'],
    ['UTF-16 by header', Buffer.from(UP, 'utf16le'), 'application/json;charset="UTF-16"'],
    ['ISO 8859-1 by header', Buffer.from(UP, 'latin1'), 'application/json; charset=ISO-8859-1; v=1']
  ]
  for (const [name, body, type] of bodies) {
    const [service, page] = await runBoth(t, answering(body, type === undefined ? {} : { 'content-type': type }))
    t.match(service, { status: 'UP', details: { stadt: 'Köln' } }, name)
    t.match(page, { status: 'UP' }, name)
  }
})

await t.test('checks are DOWN with the charset when it is unknown', async (t) => {
  const error = /answered 200, but its body has the charset the string "klingon", which is unknown$/
  for (const result of await runBoth(t, answering(UP, { 'content-type': 'application/json; charset=klingon' }))) {
    t.match(result, { status: 'DOWN', details: { error } })
  }
})

await t.test('checks read a body that a server compresses without being asked', async (t) => {
  const bodies = {
    gzip: gzipSync(UP),
    'x-gzip': gzipSync(UP),
    GZip: gzipSync(UP),
    deflate: deflateSync(UP),
    br: brotliCompressSync(UP),
    identity: UP
  }
  for (const [coding, body] of Object.entries(bodies)) {
    for (const result of await runBoth(t, answering(body, { 'content-encoding': coding }))) {
      t.match(result, { status: 'UP' }, coding)
    }
  }
})

await t.test('checks are DOWN with the reason when a body cannot be decompressed', async (t) => {
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['gzip', Buffer.from(UP), /answered 200, but its body cannot be read: incorrect header check$/],
    ['gzip', gzipSync(UP).subarray(0, 20), /answered 200, but its body cannot be read: unexpected end of file$/],
    ['zstd', Buffer.from(UP), /its body has the content-encoding the string "zstd", which the check cannot read$/],
    ['gzip, br', gzipSync(UP), /its body has the content-encoding the string "gzip, br", which/],
    ['toString', Buffer.from(UP), /its body has the content-encoding the string "tostring", which/]
  ]
  for (const [coding, body, error] of cases) {
    for (const result of await runBoth(t, answering(body, { 'content-encoding': coding }))) {
      t.match(result, { status: 'DOWN', details: { error } }, coding)
    }
  }
})

await t.test('checks read up to 1 MiB of a body, and end the transfer of a larger one', async (t) => {
  const bodyOf = (bytes: number): string => `{"pad":"${'x'.repeat(bytes - 24)}","status":"UP"}`.slice(-bytes)
  t.equal(Buffer.byteLength(bodyOf(MIB)), MIB)
  for (const result of await runBoth(t, answering(bodyOf(MIB)))) t.match(result, { status: 'UP' })
  const [service, page] = await runBoth(t, answering(bodyOf(MIB + 8)))
  t.match(service, { status: 'DOWN', details: { error: /answered 200, but its body is larger than 1 MiB$/ } })
  t.match(page, { status: 'DOWN', details: { error: /answered 200 without the text/ } })
})

await t.test('checks end the transfer of an endless body, also of a compressed one', async (t) => {
  const closed: Promise<void>[] = []
  const pour = (request: IncomingMessage, response: ServerResponse, chunk: Buffer): void => {
    closed.push(new Promise((resolve) => { request.socket.once('close', () => resolve()) }))
    const write = (): void => { while (response.write(chunk)); }
    response.on('drain', write)
    write()
  }
  const endless: RequestListener = (request, response) => pour(request, response, Buffer.alloc(16_384, 'x'))
  const bomb: RequestListener = (request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    // Twice the limit in 2 KiB, and no end.
    response.write(gzipSync(Buffer.alloc(2 * MIB)).subarray(0, -8))
    closed.push(new Promise((resolve) => { request.socket.once('close', () => resolve()) }))
  }
  for (const listener of [endless, bomb]) {
    for (const result of await runBoth(t, listener)) t.match(result, { status: 'DOWN' })
  }
  t.equal(closed.length, 4)
  await Promise.all(closed)
})

await t.test('checks read a body that arrives byte by byte', async (t) => {
  const byByte = (bytes: readonly number[]): RequestListener => (_request, response) => {
    const left = [...bytes]
    const next = (): void => {
      const byte = left.shift()
      if (byte === undefined) response.end()
      else response.write(Buffer.of(byte), () => setImmediate(next))
    }
    next()
  }
  for (const body of [Buffer.from(UP), utf16be(`\uFEFF${UP}`)]) {
    for (const result of await runBoth(t, byByte([...body]))) t.match(result, { status: 'UP' })
  }
  const [short] = await runBoth(t, byByte([0x7B]))
  t.match(short, { status: 'DOWN', details: { error: /answered 200 with no JSON object$/ } })
})

await t.test('checks are DOWN before the timeout when a body drips', async (t) => {
  const drip: RequestListener = (request, response) => {
    const timer = setInterval(() => response.write(' '), 10)
    request.socket.once('close', () => clearInterval(timer))
  }
  for (const result of await runBoth(t, drip, 200)) {
    t.match(result, { status: 'DOWN', details: { error: /answered 200, but its body did not end within 180 ms$/ } })
  }
})
