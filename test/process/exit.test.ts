import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { fetchAnswer } from '../support/app.js'
import { Program } from '../support/process.js'

function fixture (name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
}

await t.test('checks that run in the background keep no process alive', async (t) => {
  const app = new Program(t, fixture('background-app.ts'))
  await app.waitForLine(/^(ready)$/)
  t.same(await app.ending, { code: 0, signal: null, stderr: '' })
})

await t.test('endpoints on a port of their own keep no process alive whose app has failed to start, nor do those who are connected', async (t) => {
  const app = new Program(t, fixture('failing-app.ts'))
  const port = Number(await app.waitForLine())
  const silent = connect(port, '127.0.0.1').on('error', () => undefined)
  t.teardown(() => silent.destroy())
  await once(silent, 'connect')
  t.match(await fetchAnswer(`http://127.0.0.1:${port}/z/health/liveness`), { status: 200 })
  t.same(await app.ending, { code: 0, signal: null, stderr: '' })
})

await t.test('a script that waits for a report gets it', async (t) => {
  const script = new Program(t, fixture('script.ts'))
  t.equal(await script.waitForLine(), 'DOWN')
  t.same(await script.ending, { code: 0, signal: null, stderr: '' })
})

await t.test('an app that is closed while checks hang, a probe waits and it drains ends by itself', async (t) => {
  const app = new Program(t, fixture('closing-app.ts'))
  const url = await app.waitForLine()
  t.match(await fetchAnswer(`${url}/z/health/liveness`, { connection: 'close' }), { status: 200, text: '{"status":"UP"}' })
  t.same(await app.ending, { code: 0, signal: null, stderr: '' })
})
