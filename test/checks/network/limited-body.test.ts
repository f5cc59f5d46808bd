import { PassThrough } from 'node:stream'
import type { Readable } from 'node:stream'
import t from 'tap'
import { BodyFailure, BodyTooLarge, limitedBody } from '../../../lib/checks/network/limited-body.js'
import { ManualClock } from '../../support/clock.js'

const MIB = 1024 * 1024

function limitedOf (body: Readable): Readable {
  return limitedBody({ body, bytesReceived: () => 0 })
}

/** Reads a body to its end, and returns the number of bytes. */
async function lengthOf (body: AsyncIterable<Buffer>): Promise<number> {
  let length = 0
  for await (const chunk of body) length += chunk.byteLength
  return length
}

/** Writes pieces as fast as the reader takes them. */
async function pour (target: PassThrough, piece: Buffer, count: number): Promise<void> {
  for (let at = 0; at < count && !target.destroyed; at++) {
    if (!target.write(piece)) await new Promise((resolve) => target.once('drain', resolve).once('close', resolve))
  }
  target.end()
}

await t.test('limitedBody() passes a body of 1 MiB in up to 16,384 pieces', async (t) => {
  const body = new PassThrough()
  const reading = lengthOf(limitedOf(body))
  await pour(body, Buffer.alloc(64), 16 * 1024)
  t.equal(await reading, MIB)
})

await t.test('limitedBody() ends a body of more than 1 MiB, and the transfer', async (t) => {
  const body = new PassThrough()
  const reading = t.rejects(lengthOf(limitedOf(body)), new BodyTooLarge('is larger than 1 MiB'))
  await pour(body, Buffer.alloc(64 * 1024), Infinity)
  await reading
  t.equal(body.destroyed, true)
})

await t.test('limitedBody() ends a body of too many small pieces', async (t) => {
  const body = new PassThrough()
  const reading = t.rejects(lengthOf(limitedOf(body)), new BodyFailure('has more than 16384 pieces'))
  await pour(body, Buffer.alloc(1), Infinity)
  await reading
  t.equal(body.destroyed, true)
})

await t.test('limitedBody() ends a body whose framing does not end', async (t) => {
  const body = new PassThrough()
  const clock = new ManualClock()
  let received = 0
  const limited = limitedBody({ body, bytesReceived: () => received }, clock)
  const reading = t.rejects(lengthOf(limited), new BodyFailure('has more than 4 MiB with its framing'))
  received = 4 * MIB
  await clock.pass(1_000)
  t.equal(limited.destroyed, false)
  received += 1
  await clock.pass(20)
  await reading
  t.equal(body.destroyed, true)
  t.equal(clock.waiting, 0)
})

await t.test('limitedBody() leaves no timer after the end of the body', async (t) => {
  const clock = new ManualClock()
  for (const end of [(body: PassThrough) => body.end('{}'), (body: PassThrough) => body.destroy(new Error('reset'))]) {
    const body = new PassThrough()
    const reading = lengthOf(limitedBody({ body, bytesReceived: () => 0 }, clock)).catch(() => 0)
    t.equal(clock.waiting, 1)
    end(body)
    await reading
    t.equal(clock.waiting, 0)
  }
})
