import { mkdirSync, readdirSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import Fastify from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { infoCollector } from '../../lib/info/collector.js'

function setTemporaryFolder (t: { teardown: (end: () => void) => void }, folder: string): void {
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  t.teardown(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
}

await t.test('infoCollector() collects once, with the environment of its creation', async (t) => {
  process.env['OTEL_SERVICE_NAME'] = 'before'
  t.teardown(() => { delete process.env['OTEL_SERVICE_NAME'] })
  const collected = infoCollector({})
  process.env['OTEL_SERVICE_NAME'] = 'after'
  const [first, second] = await Promise.all([collected(), collected()])
  t.match(first, { 'trace.attributes': { 'service.name': 'before' } })
  t.equal(first, second)
})

await t.test('an app collects the data of /info after it is ready, without a request', {
  skip: process.platform === 'win32'
}, async (t) => {
  const folder = t.testdir()
  mkdirSync(folder, { recursive: true })
  setTemporaryFolder(t, folder)
  const fastify = Fastify()
  t.teardown(async () => { await fastify.close() })
  await fastify.register(management, { name: 'shop', serviceInstanceId: true })
  t.same(readdirSync(folder), [])
  await fastify.ready()
  while (!readdirSync(folder).some((name) => name.endsWith('-id'))) await setImmediate()
  t.match(readdirSync(folder), [/^shop-.*-service-instance-id$/])
})
