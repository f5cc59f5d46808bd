import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { sendAll, REQUESTS, sendWith, start } from '../support/host.js'
import type { ReceivedAnswer, SentRequest } from '../support/host.js'
import { Program } from '../support/process.js'
import { options } from './fixtures/cli/options.js'

const CLI = fileURLToPath(new URL('../../node_modules/fastify-cli/cli.js', import.meta.url))
const APP = fileURLToPath(new URL('fixtures/cli/app.ts', import.meta.url))

await t.test('under `fastify start`', async (t) => {
  // The system chooses the port, and the app logs it: for the command `--port 0` means 3000.
  const program = new Program(t, CLI, { PORT: '0' }, ['start', '--address', '127.0.0.1', '--log-level', 'info', APP])
  const port = Number(await program.waitForLine(/"msg":"Server listening at http:\/\/127\.0\.0\.1:(\d+)"/))
  const ask = async (sent: SentRequest): Promise<ReceivedAnswer> => await sendWith(request, { host: '127.0.0.1', port }, sent)

  await t.test('the endpoints answer as in a bare app, to the byte', async (t) => {
    const bare = await start({ setUp: () => undefined, options: () => options }, 'first', t)
    // The process that /info describes is another one.
    const questions = REQUESTS.filter(({ path }) => path !== '/z/info')
    t.same(await sendAll(bare, questions, async (_bare, sent) => await ask(sent)), await sendAll(bare, questions))
    t.match(await ask({ method: 'GET', path: '/z/info' }), { status: 200, body: /^{"app":{"name":"shop","version":"1.2.3"}/ })
    t.match(await ask({ method: 'GET', path: '/' }), { status: 200, body: 'home' })
  })

  await t.test('SIGTERM while a check hangs: the waiting probe is answered, and the process ends in time', async (t) => {
    t.match(await ask({ method: 'POST', path: '/hang' }), { status: 200 })
    const asked = program.waitForLine(/"check":"queue".*"msg":"(asked)"/)
    const probe = ask({ method: 'GET', path: '/z/health/readiness?verbose' })
    await asked
    program.kill('SIGTERM')
    t.match(await probe, { status: 503, body: /^{"status":"OUT_OF_SERVICE","components":{"lifecycle":{"status":"OUT_OF_SERVICE"}/ })
    t.same(await program.ending, { code: 0, signal: null, stderr: '' })
  })
})
