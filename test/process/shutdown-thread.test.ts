import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { Program } from '../support/process.js'
import type { ShutdownAppOptions } from './fixtures/shutdown-app.js'

t.setTimeout(600_000)

const FIXTURE = fileURLToPath(new URL('fixtures/shutdown-app.ts', import.meta.url))

/** Returns the status code of an answer over a connection that stays open. */
function keptAlive (t: Test, url: string): (path: string) => Promise<number | undefined> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  return async (path) => await new Promise((resolve, reject) => {
    get(url + path, { agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    }).on('error', reject)
  })
}

await Promise.all(([true, 'idle', false] as const).map(async (forceCloseConnections) => {
  const title = `an app with a thread drains and ends with forceCloseConnections: ${String(forceCloseConnections)}`
  await t.test(title, async (t) => {
    const options: ShutdownAppOptions = { shutdown: { delay: 600_000 }, forceCloseConnections }
    const app = new Program(t, FIXTURE, { APP: JSON.stringify(options) })
    const probe = keptAlive(t, await app.waitForLine(/the management endpoints listen at (http:[^"]*)/))
    const request = keptAlive(t, await app.waitForLine(/^app 1: (.*)$/))
    t.same([await probe('/z/health/liveness'), await probe('/z/health/readiness'), await request('/')], [200, 200, 200])
    app.kill('SIGTERM')
    await app.waitForLine(/(the app is out of service)/)
    t.same([await probe('/z/health/liveness'), await probe('/z/health/readiness'), await request('/')], [200, 503, 200])
    const slow = request('/slow')
    await app.waitForLine(/^(slowly)$/)
    app.kill('SIGINT')
    if (forceCloseConnections !== true) t.equal(await slow, 200)
    await slow.catch(() => undefined)
    t.same(await app.ending, { code: 0, signal: null, stderr: '' })
  })
}))
