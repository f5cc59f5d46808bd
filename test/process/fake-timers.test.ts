import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Program } from '../support/process.js'

const FIXTURE = fileURLToPath(new URL('fixtures/fake-timers-app.ts', import.meta.url))

/** Fastify itself does not close when `process.nextTick` is replaced. */
const FAKES: Readonly<Record<string, readonly string[]>> = {
  'node:test': ['setTimeout', 'setInterval', 'setImmediate', 'Date'],
  sinon: [
    'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate', 'Date', 'hrtime',
    'performance', 'queueMicrotask'
  ]
}

for (const [library, functions] of Object.entries(FAKES)) {
  await t.test(`checks time out and close() resolves when ${library} has replaced all timers`, async (t) => {
    const app = new Program(t, FIXTURE, { NODE_NO_WARNINGS: '1' }, [library, ...functions])
    t.equal(await app.waitForLine(), 'DOWN')
    t.equal(await app.waitForLine(), 'closed')
    t.same(await app.ending, { code: 0, signal: null, stderr: '' })
  })
}
