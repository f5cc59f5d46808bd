import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { fetchAnswer } from '../support/app.js'
import { DebuggerClient } from '../support/debugger-client.js'
import { nodeRuntime, Program } from '../support/process.js'

t.setTimeout(600_000)

const FIXTURE = fileURLToPath(new URL('fixtures/blocking-app.ts', import.meta.url))
const BLOCKED = 'the event loop has been blocked'
/** Longer than the thread waits before it looks for the blocking function, in milliseconds. */
const BLOCK_MS = 1_300
const STEP_MS = 20

await t.test('with a debugger, no function is searched, and a pause lasts until the debugger ends it', async (t) => {
  const { flags, ...runtime } = nodeRuntime()
  const env = { THREAD: '{"maxBlocked":1000,"readinessBlocked":300}' }
  const app = new Program(t, FIXTURE, env, [], { ...runtime, flags: ['--inspect=0', ...flags] })
  const client = await DebuggerClient.connect(t, await app.waitForLine(/^inspector: (.*)$/))
  const url = await app.waitForLine(/^app: (.*)$/)
  const probes = await app.waitForLine(/^probes: (.*)$/)
  const answers = async (kind: string, status: number): Promise<void> => {
    const current = async (): Promise<number> =>
      (await fetchAnswer(`${probes}/z/health/${kind}`, { connection: 'close' })).status
    while (await current() !== status) await sleep(STEP_MS)
  }
  await client.post('Debugger.enable')

  await fetchAnswer(`${url}/block?by=waitForLock&ms=${BLOCK_MS}`, { connection: 'close' }, 'POST')
  await app.waitForLine(/^(block): /)
  t.same(client.pauses, [], 'the thread has not paused the app')

  await client.post('Debugger.pause')
  await client.event('Debugger.paused')
  await answers('liveness', 503)
  t.same(client.pauses, ['Debugger.paused'], 'the thread has not resumed the app')
  await client.post('Debugger.resume')
  await answers('readiness', 200)

  client.close()
  app.kill('SIGTERM')
  const { code, stderr } = await app.ending
  t.equal(code, 0)
  t.same([stderr, ...app.lines].filter((text) => text.includes(BLOCKED)), [])
})
