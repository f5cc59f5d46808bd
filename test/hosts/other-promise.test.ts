import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Program } from '../support/process.js'

const APP = fileURLToPath(new URL('fixtures/other-promise-app.ts', import.meta.url))

await t.test('every endpoint works when another class replaces the global Promise', async (t) => {
  const program = new Program(t, APP)
  const { code, stderr } = await program.ending
  t.equal(code, 0, stderr)
  const up = { status: 'UP' }
  const readiness = { status: 'UP', components: { async: up, background: up } }
  t.match(program.lines.map((line) => JSON.parse(line) as unknown), [
    { path: '/z/health/readiness', statusCode: 200, body: up },
    { path: '/z/health/readiness?verbose', statusCode: 200, body: { status: 'UP' } },
    {
      path: '/z/health',
      statusCode: 503,
      body: {
        status: 'DOWN',
        components: {
          ...readiness.components,
          promise: up,
          rejected: { status: 'DOWN', details: { error: 'no route to host' } },
          hanging: { status: 'DOWN', details: { error: 'timed out after 20 ms' } }
        }
      }
    },
    { path: '/z/health/async', statusCode: 200, body: up },
    { path: '/z/info', statusCode: 200, body: { app: { version: '1.2.3' }, section: { a: 1 }, more: { b: 2 } } },
    { path: 'health()', body: readiness },
    { path: 'close()', isReplaced: true }
  ])
})
