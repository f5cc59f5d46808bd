import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { http1, QUESTIONS, receive, start } from '../support/host.js'
import type { Received, Sent } from '../support/host.js'
import { Program } from '../support/process.js'
import { options } from './fixtures/cli/options.js'

const CLI = fileURLToPath(new URL('../../node_modules/fastify-cli/cli.js', import.meta.url))
const APP = fileURLToPath(new URL('fixtures/cli/app.ts', import.meta.url))

// The port is the system's choice, as the app logs it; `--port 0` would be 3000 to the command.
const program = new Program(t, CLI, { PORT: '0' }, ['start', '--address', '127.0.0.1', '--log-level', 'info', APP])
const port = Number(await program.says(/"msg":"Server listening at http:\/\/127\.0\.0\.1:(\d+)"/))

async function ask (sent: Sent): Promise<Received> {
  return await receive(request, { host: '127.0.0.1', port }, sent)
}

await t.test('under `fastify start` the endpoints answer as in a bare app, to the byte', async (t) => {
  const bare = await start({ setUp: () => undefined, options: () => options }, 'first', t)
  // What it says of the process is another process's.
  for (const question of QUESTIONS.filter(({ path }) => path !== '/z/info')) t.same(await ask(question), await http1(bare, question), `${question.method} ${question.path}`)
  t.match(await ask({ method: 'GET', path: '/z/info' }), { status: 200, body: /^{"app":{"name":"shop","version":"1.2.3"}/ })
  t.match(await ask({ method: 'GET', path: '/' }), { status: 200, body: 'home' })
})

await t.test('ended by SIGTERM while a check hangs, it answers the probe that waits, and ends in the time that the command gives', async (t) => {
  t.match(await ask({ method: 'POST', path: '/hang' }), { status: 200 })
  const asked = program.says(/"check":"queue".*"msg":"(asked)"/)
  const probe = ask({ method: 'GET', path: '/z/health/readiness?verbose' })
  await asked
  program.kill('SIGTERM')
  t.match(await probe, { status: 503, body: /^{"status":"OUT_OF_SERVICE","components":{"lifecycle":{"status":"OUT_OF_SERVICE"}/ })
  t.same(await program.ending, { code: 0, signal: null, stderr: '' })
})
