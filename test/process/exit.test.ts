import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { fetchAnswer } from '../support/app.js'
import { Program } from '../support/process.js'

function fixture (name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
}

await t.test('a process ends although checks run in the background', async (t) => {
  const app = new Program(t, fixture('background-app.ts'))
  await app.waitForLine(/^(ready)$/)
  t.same(await app.ending, { code: 0, signal: null, stderr: '' })
})

await t.test('a process ends after its app failed to start, although the endpoints\' port has a client', async (t) => {
  const app = new Program(t, fixture('failing-app.ts'))
  const port = Number(await app.waitForLine())
  const silent = connect(port, '127.0.0.1').on('error', () => undefined)
  t.teardown(() => silent.destroy())
  await once(silent, 'connect')
  t.match(await fetchAnswer(`http://127.0.0.1:${port}/z/health/liveness`), { status: 200 })
  t.same(await app.ending, { code: 0, signal: null, stderr: '' })
})

await t.test('a process ends after its app failed to start, although a thread serves the port', async (t) => {
  const app = new Program(t, fixture('failing-app.ts'), { THREAD: '1' })
  const port = Number(await app.waitForLine())
  const silent = connect(port, '127.0.0.1').on('error', () => undefined)
  t.teardown(() => silent.destroy())
  await once(silent, 'connect')
  t.match(await fetchAnswer(`http://127.0.0.1:${port}/z/health/readiness`), { status: 503 })
  app.kill('SIGUSR2')
  t.same(await app.ending, { code: 0, signal: null, stderr: '' })
})

await t.test('health() returns the report to a script whose app never listens', async (t) => {
  const script = new Program(t, fixture('script.ts'))
  t.equal(await script.waitForLine(), 'DOWN')
  t.same(await script.ending, { code: 0, signal: null, stderr: '' })
})

await t.test('a process ends after close() although checks hang, a probe waits and the app drains', async (t) => {
  const app = new Program(t, fixture('closing-app.ts'))
  const url = await app.waitForLine()
  const answer = await fetchAnswer(`${url}/z/health/liveness`, { connection: 'close' })
  t.match(answer, { status: 200, text: '{"status":"UP"}' })
  t.same(await app.ending, { code: 0, signal: null, stderr: '' })
})
