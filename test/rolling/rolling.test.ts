import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import t from 'tap'
import { Load } from '../support/load.js'
import type { LoadResult } from '../support/load.js'
import { isLong } from '../support/long.js'
import { listen, refusingPort } from '../support/loopback.js'
import { Program } from '../support/process.js'
import type { Ending } from '../support/process.js'
import { freePort } from '../support/servers/free-port.js'
import { becomes, haproxy } from '../support/servers/haproxy.js'
import { missing, startServer } from '../support/servers/index.js'
import type { TestServer } from '../support/servers/index.js'

t.setTimeout(600_000)

type Test = Pick<typeof t, 'teardown'>
type Name = 'left' | 'right'

interface Rolling {
  /** The reaction of an app to SIGTERM: shuts down, only closes, or has no handler. */
  readonly mode: 'on' | 'close' | 'off'
  /** The number of replacements of each app. */
  readonly times: number
  /** The time from SIGTERM to SIGKILL, in milliseconds. */
  readonly graceMs: number
}

interface RollResult extends LoadResult {
  readonly endings: readonly Ending[]
  /** The number of open requests at each SIGTERM. */
  readonly openRequests: readonly number[]
}

interface AppsDependencies {
  readonly test: Test
  /** The path of the bundled app. */
  readonly file: string
  readonly rolling: Rolling
  readonly ports: Readonly<Record<Name, number>>
  readonly proxy: TestServer
}

const NAMES: readonly Name[] = ['left', 'right']
const CLIENTS = 200
const LONG_GRACE_MS = 60_000
const SKIP = missing('haproxy')
const SOURCE = fileURLToPath(new URL('fixtures/rolled-app.ts', import.meta.url))
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))
const ROLLS = isLong ? 10 : 3

/** Two apps behind a proxy, each in its own process. */
class Apps {
  readonly proxy: TestServer
  readonly #test: Test
  readonly #file: string
  readonly #rolling: Rolling
  readonly #ports: Readonly<Record<Name, number>>
  readonly #running = new Map<Name, Program>()

  static async start (test: Test, rolling: Rolling): Promise<Apps> {
    const file = await bundle(test)
    const ports = { left: await freePort(), right: await freePort() }
    const apps = new Apps({ test, file, rolling, ports, proxy: await startServer(test, haproxy(ports)) })
    await Promise.all(NAMES.map(async (name) => await apps.#open(name, await apps.build(name))))
    return apps
  }

  private constructor ({ test, file, rolling, ports, proxy }: AppsDependencies) {
    this.#test = test
    this.#file = file
    this.#rolling = rolling
    this.#ports = ports
    this.proxy = proxy
  }

  /** Starts a process that will replace an app. It does not listen yet. */
  async build (name: Name): Promise<Program> {
    const env = { ROLLED_PORT: String(this.#ports[name]), ROLLED_MODE: this.#rolling.mode }
    const program = new Program(this.#test, this.#file, env)
    await program.waitForLine(/^(built)$/)
    return program
  }

  /** Ends an app. When the proxy has noticed, the next process takes its place. */
  async replace (name: Name, next: Program): Promise<Ending> {
    const ending = await this.#end(name)
    await becomes(this.proxy, name, 'DOWN')
    await this.#open(name, next)
    return ending
  }

  async #end (name: Name): Promise<Ending> {
    const program = this.#running.get(name)
    if (program === undefined) throw new Error(`the app ${name} is not running`)
    program.kill('SIGTERM')
    const killing = setTimeout(() => program.kill('SIGKILL'), this.#rolling.graceMs)
    return await program.ending.finally(() => clearTimeout(killing))
  }

  async #open (name: Name, program: Program): Promise<void> {
    const listening = program.waitForLine(/^(listening)$/)
    program.kill('SIGUSR2')
    await listening
    await becomes(this.proxy, name, 'UP')
    this.#running.set(name, program)
  }
}

await t.test('Load counts each failed request with its reason', async (t) => {
  const faults: Readonly<Record<string, (answer: ServerResponse) => unknown>> = {
    '503 of the app': (answer) => answer.writeHead(503, { 'content-type': 'application/json' }).end('{}'),
    '503 of the proxy': (answer) => answer.writeHead(503, { 'content-type': 'text/html' }).end('<html></html>'),
    'answer cut off': (answer) => answer.writeHead(200, { 'content-length': 100 }).write('{', () => answer.destroy()),
    'socket hang up': (answer) => answer.destroy(),
    'wrong answer': (answer) => answer.end('{}')
  }
  for (const [reason, fail] of Object.entries(faults)) {
    const port = await listen(t, createServer((_request, answer) => { fail(answer) }))
    t.same(await failing(t, port), { requests: 1, failed: 1, reasons: { [reason]: 1 }, connections: 1 })
  }
  t.match(await failing(t, await refusingPort()), { requests: 1, failed: 1, reasons: { 'connect ECONNREFUSED': 1 } })
})

await t.test('apps with the option shutdown lose no request when replaced in turn', { skip: SKIP }, async (t) => {
  const rolled = await roll(t, { mode: 'on', times: ROLLS, graceMs: LONG_GRACE_MS })
  t.comment(summaryOf(rolled))
  t.same(rolled.reasons, {})
  t.equal(rolled.failed, 0)
  t.equal(rolled.connections, CLIENTS, 'each client has kept its connection')
  t.same(rolled.endings, Array.from({ length: 2 * ROLLS }, () => ({ code: 0, signal: null, stderr: '' })))
  t.ok(rolled.openRequests.every((count) => count > 0), 'requests were open at each SIGTERM')
})

// These tests prove that the load notices lost requests. They take minutes.
if (isLong) {
  await t.test('for contrast: apps without a SIGTERM handler lose requests', { skip: SKIP }, async (t) => {
    const rolled = await roll(t, { mode: 'off', times: 10, graceMs: LONG_GRACE_MS })
    t.comment(summaryOf(rolled))
    t.ok(rolled.failed > 0, 'requests have failed')
    t.same(rolled.endings, Array.from({ length: 20 }, () => ({ code: null, signal: 'SIGTERM', stderr: '' })))
  })

  // SIGKILL follows after 3 s: otherwise a kept connection would keep the process alive until the proxy closes it.
  await t.test('for contrast: apps that only close at SIGTERM lose requests', { skip: SKIP }, async (t) => {
    const rolled = await roll(t, { mode: 'close', times: 1, graceMs: 3_000 })
    t.comment(summaryOf(rolled))
    t.ok(rolled.failed > 0, 'requests have failed')
  })
}

/** Bundles the app, so that it starts in a third of the time. */
async function bundle (test: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastify-management-endpoints-rolling-'))
  test.teardown(async () => await rm(folder, { recursive: true }))
  await symlink(MODULES, join(folder, 'node_modules'))
  const outfile = join(folder, 'rolled-app.mjs')
  await build({
    entryPoints: [SOURCE],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['fastify', 'fastify-plugin', '@fastify/*']
  })
  return outfile
}

/** Replaces the left and the right app in turn while clients send requests to both. */
async function roll (test: Test, rolling: Rolling): Promise<RollResult> {
  const apps = await Apps.start(test, rolling)
  const load = new Load(test, `http://${apps.proxy.host}:${apps.proxy.port}`, CLIENTS)
  const endings: Ending[] = []
  const openRequests: number[] = []
  let next = await apps.build('left')
  for (const name of Array.from({ length: rolling.times }, () => NAMES).flat()) {
    openRequests.push(load.underWay)
    // During a replacement, the next process for the other app already starts.
    const other = name === 'left' ? 'right' : 'left'
    const [ending, successor] = await Promise.all([apps.replace(name, next), apps.build(other)])
    endings.push(ending)
    next = successor
  }
  return { ...await load.stop(), endings, openRequests }
}

async function failing (test: Test, port: number): Promise<LoadResult> {
  return await new Load(test, `http://127.0.0.1:${port}`, 1).stop()
}

function summaryOf ({ requests, connections, endings, failed, reasons }: RollResult): string {
  const killed = endings.filter(({ signal }) => signal === 'SIGKILL').length
  const how = Object.entries(reasons).map(([reason, count]) => `, ${count} × ${reason}`).join('')
  const processes = `${endings.length} processes were replaced, ${killed} of them by SIGKILL`
  return `${processes}, ${requests} requests were sent over ${connections} connections, ${failed} have failed${how}`
}
