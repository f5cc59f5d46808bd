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
  // With `PORT=0` the system chooses the port. fastify-cli would read `--port 0` as 3000.
  const program = new Program(t, CLI, { PORT: '0' }, ['start', '--address', '127.0.0.1', '--log-level', 'info', APP])
  const port = Number(await program.waitForLine(/"msg":"Server listening at http:\/\/127\.0\.0\.1:(\d+)"/))
  const send = async (sent: SentRequest): Promise<ReceivedAnswer> => {
    return await sendWith(request, { host: '127.0.0.1', port }, sent)
  }

  await t.test('all endpoints answer exactly as in an app without fastify-cli', async (t) => {
    const withoutCli = await start({ setUp: () => undefined, options: () => options }, 'first', t)
    // Leave out /info: it describes a different process.
    const requests = REQUESTS.filter(({ path }) => path !== '/z/info')
    const answers = await sendAll(withoutCli, requests, async (_app, sent) => await send(sent))
    t.same(answers, await sendAll(withoutCli, requests))
    const info = /^{"app":{"name":"shop","version":"1.2.3"}/
    t.match(await send({ method: 'GET', path: '/z/info' }), { status: 200, body: info })
    t.match(await send({ method: 'GET', path: '/' }), { status: 200, body: 'home' })
  })

  await t.test('a waiting probe is answered and the process ends at SIGTERM while a check hangs', async (t) => {
    t.match(await send({ method: 'POST', path: '/hang' }), { status: 200 })
    const running = program.waitForLine(/"check":"queue".*"msg":"(check runs)"/)
    const probe = send({ method: 'GET', path: '/z/health/readiness?verbose' })
    await running
    program.kill('SIGTERM')
    const outOfService = /^{"status":"OUT_OF_SERVICE","components":{"lifecycle":{"status":"OUT_OF_SERVICE"}/
    t.match(await probe, { status: 503, body: outOfService })
    t.same(await program.ending, { code: 0, signal: null, stderr: '' })
  })
})
