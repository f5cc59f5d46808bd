import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import t from 'tap'
import { listen } from '../support/loopback.js'
import { Program } from '../support/process.js'

const COMMAND = 'lib/probe/management-probe.ts'

type Test = Pick<typeof t, 'teardown'>

async function startServer (test: Test): Promise<string> {
  const server = createServer((_request, response) => response.end('{"status":"UP"}'))
  return `http://127.0.0.1:${await listen(test, server)}/z/health`
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  await t.test(`management-probe --watch ends at ${signal} with the code of the last probe`, async (t) => {
    const url = await startServer(t)
    const command = new Program(t, COMMAND, {}, ['--watch', '--timeout', '30000', '--interval', '100000', url])
    t.match(await command.waitForLine(), `${url} UP`)
    command.kill(signal)
    t.same(await command.ending, { code: 0, signal: null, stderr: '' })
  })
}

await t.test('management-probe --watch ends when its reader has gone', async (t) => {
  const url = await startServer(t)
  const args = ['--import', 'tsx', COMMAND, '--watch', '--json', '--interval', '100', '--timeout', '30000', url]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  t.same(await once(child, 'close'), [0, null])
})
