import t from 'tap'
import { ExampleProcess } from '../support/example-process.js'

/** An embedded Postgres takes seconds to open, and much longer on a busy machine. */
t.setTimeout(180_000)

await t.test('the gauge follows the status of the checks', async (t) => {
  const example = new ExampleProcess(t, { PORT: '0' })
  await example.listening()
  await example.get('/z/health')
  t.match(await example.get('/metrics'), {
    status: 200,
    headers: { 'content-type': /^text\/plain/ },
    text: /^health_check_up\{check="db",kind="readiness"\} 1$/m
  })
  t.notMatch((await example.get('/metrics')).text, /shelves/, 'the other app of this process has checks of its own')
  await example.post('/break/db')
  await example.get('/z/health/readiness')
  t.match(await example.get('/metrics'), { text: /^health_check_up\{check="db",kind="readiness"\} 0$/m })
})
