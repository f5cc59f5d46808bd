import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { CheckFunction } from '../../../lib/health/check/check-function.js'
import { startApp } from '../../support/app.js'
import { FaultProxy } from '../../support/servers/fault-proxy.js'
import type { TestServer } from '../../support/servers/index.js'
import type { ExpectedResults, Fault } from './expected.js'
import { probe } from './probe.js'
import type { ProbeAnswer } from './probe.js'

/** The server's address and login. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/** An app's client and its check. */
export interface AppClient {
  readonly check: CheckFunction
  /** Takes all connections of the pool. Returns a function that releases them. */
  readonly occupy?: () => Promise<() => unknown>
  readonly close: () => unknown
}

/** Options of the check, for the checks that have them. */
export interface PoolCheckOptions {
  readonly renewAfter?: number
  readonly writable?: boolean
  readonly exhaustedFor?: number
}

/** Makes a client as an app does. Resolves even if the client could not connect. */
export type Connect = (address: Address, options: PoolCheckOptions) => AppClient | Promise<AppClient>

/** The server to break, and the results to expect. */
export interface FaultTest {
  readonly server: TestServer
  readonly connect: Connect
  readonly expected: ExpectedResults
  /** Whether the driver itself leaves connections open, so that counting them proves nothing about the check. */
  readonly leavesConnections?: boolean
  /** The number of connections that a client with a wrong password keeps, by default 0. */
  readonly refusedConnections?: number
}

/**
 * Twice the kubelet's default timeout, because other tests run at the same time. The reason shows whether a check has
 * ended before its own 800 ms: otherwise the reason would be its timeout.
 */
const PROBE_LIMIT_MS = 2_000
const PERIOD_MS = 100
/** The number of probes until the reason must name the fault: a client may detect a lost connection a moment later. */
const MAX_PROBES = 10
/** The time for a recovery: drivers wait up to two seconds between two attempts to connect. */
const RECOVERY_LIMIT_MS = 10_000

/** Causes each fault of a server and its network, and compares the answers to probes with the expected results. */
export async function proveFaults (t: Test, test: FaultTest): Promise<void> {
  const { server, expected } = test
  await t.test('the check is UP with its latency', async (t) => {
    const app = await ProbedApp.start(t, test)
    // The server may be slow at the first probe.
    await app.recovers()
    const { details } = await app.answers('UP')
    t.match(details, { latencyMs: Number })
  })
  await t.test('the server stops and starts again', async (t) => {
    const cause = async (): Promise<unknown> => await server.stop()
    await causeAndEnd(t, test, { fault: 'stopped', cause, end: async () => await server.start() })
  })
  await t.test('the server freezes and thaws', async (t) => {
    await causeAndEnd(t, test, { fault: 'frozen', cause: () => server.freeze(), end: () => server.thaw() })
  })
  if (expected['wrong password'] !== undefined) {
    await t.test('the password is wrong', async (t) => {
      const app = await ProbedApp.start(t, test, { password: 'not the password' })
      await app.fails('wrong password')
      await settled(test, test.refusedConnections ?? 0)
    })
  }
  if (expected['rotated password'] !== undefined) {
    await t.test('the password changes on the server, and changes back', async (t) => {
      const { password } = server
      const cause = async (): Promise<unknown> => await server.changePassword('rotated')
      const end = async (): Promise<unknown> => await server.changePassword(password)
      await causeAndEnd(t, test, { fault: 'rotated password', cause, end }, {}, { renewAfter: 1 })
    })
  }
  if (expected['too many connections'] !== undefined) {
    await t.test('the server has no room for a further connection', async (t) => {
      let release: (() => Promise<unknown>) | undefined
      const cause = async (): Promise<void> => { release = await server.fill() }
      const end = async (): Promise<unknown> => await release?.()
      await causeAndEnd(t, test, { fault: 'too many connections', cause, end }, {}, { renewAfter: 1 })
    })
  }
  if (expected['pool exhausted'] !== undefined) {
    await t.test('all connections of the pool are in use for a moment', async (t) => {
      await exhaust(t, test, 'pool busy', {})
    })
    await t.test('all connections of the pool stay in use', async (t) => {
      await exhaust(t, test, 'pool exhausted', { exhaustedFor: 0 })
    })
  }
  const proxy = await FaultProxy.start(t, server.port)
  const throughProxy = { port: proxy.port }
  await t.test('the connection is reset during a request', async (t) => {
    const cause = (): unknown => proxy.resetOnNextData()
    await causeAndEnd(t, test, { fault: 'reset', cause, end: () => undefined }, throughProxy)
  })
  await t.test('the network drops all packets', async (t) => {
    const cause = (): unknown => proxy.blackHole()
    await causeAndEnd(t, test, { fault: 'black hole', cause, end: () => proxy.pass() }, throughProxy)
  })
}

/** How to cause a fault, and how to end it. */
export interface FaultSwitch {
  readonly fault: Fault
  readonly cause: () => unknown
  readonly end: () => unknown
}

/** Causes one fault, and compares the answers to probes with the expected result. Then ends the fault. */
export async function causeAndEnd (
  t: Test,
  test: FaultTest,
  { fault, cause, end }: FaultSwitch,
  address: Partial<Address> = {},
  options: PoolCheckOptions = {}
): Promise<void> {
  const app = await ProbedApp.start(t, test, address, options)
  await app.recovers()
  // The first run asks one node of a cluster, which lists the others. The second run connects to all of them.
  await app.answers('UP')
  const before = await test.server.connections()
  await cause()
  await app.fails(fault)
  await end()
  await app.recovers()
  await settled(test, before)
  t.pass(`the server has as many connections as before, ${before}`)
}

async function exhaust (
  t: Test, test: FaultTest, fault: 'pool busy' | 'pool exhausted', options: PoolCheckOptions
): Promise<void> {
  const app = await ProbedApp.start(t, test, {}, options)
  await app.recovers()
  const release = await app.client.occupy?.()
  const before = await test.server.connections()
  await app.fails(fault)
  await release?.()
  await app.answers('UP')
  await app.recovers()
  await settled(test, before)
  t.pass('the check holds no connection')
}

async function settled ({ server, leavesConnections = false }: FaultTest, expected: number): Promise<void> {
  if (!leavesConnections) await server.settled(expected)
}

/** An app with a client and its check, and assertions about the answers to its probes. */
class ProbedApp {
  readonly client: AppClient
  readonly #t: Test
  readonly #url: string
  readonly #expected: ExpectedResults

  private constructor (t: Test, client: AppClient, url: string, expected: ExpectedResults) {
    this.client = client
    this.#t = t
    this.#url = url
    this.#expected = expected
  }

  static async start (
    t: Test, test: FaultTest, address: Partial<Address> = {}, options: PoolCheckOptions = {}
  ): Promise<ProbedApp> {
    const { server: { host, port, user, password } } = test
    // The server detects a moment later that the previous test's client has disconnected.
    await settled(test, 0)
    const client = await test.connect({ host, port, user, password, ...address }, options)
    t.teardown(async () => await client.close())
    const { url } = await startApp(t, { showDetails: 'always', checks: { readiness: { db: client.check } } })
    return new ProbedApp(t, client, url, test.expected)
  }

  /** Sends one probe and asserts its status. */
  async answers (status: string): Promise<ProbeAnswer> {
    const answer = await this.#sendProbe()
    this.#t.equal(answer.status, status, `${status}: ${answer.error ?? ''}`)
    return answer
  }

  /** Sends probes until the reason names the fault. All must have the status of the fault. */
  async fails (fault: Fault): Promise<void> {
    const { status: expectedStatus, error: reason } = this.#expected[fault] ?? { status: 'DOWN' }
    const expectedCode = ['UP', 'DEGRADED'].includes(expectedStatus) ? 200 : 503
    // A reset breaks one request only.
    const maxProbes = fault === 'reset' ? 1 : MAX_PROBES
    const errors: unknown[] = []
    for (let count = 0; count < maxProbes && errors.at(-1) !== reason; count++) {
      if (count > 0) await sleep(PERIOD_MS)
      const { statusCode, status, error } = await this.#sendProbe()
      errors.push(error)
      this.#t.same([statusCode, status], [expectedCode, expectedStatus], `${fault}: ${error ?? ''}`)
    }
    this.#t.equal(errors.at(-1), reason, `the reason names the fault: ${fault}`)
  }

  /** Sends probes until a probe passes. */
  async recovers (): Promise<void> {
    const deadline = performance.now() + RECOVERY_LIMIT_MS
    let last = await this.#sendProbe()
    while (last.status !== 'UP' && performance.now() < deadline) {
      await sleep(PERIOD_MS)
      last = await this.#sendProbe()
    }
    this.#t.equal(last.status, 'UP', `UP again: ${last.error ?? ''}`)
  }

  async #sendProbe (): Promise<ProbeAnswer> {
    const answer = await probe(this.#url)
    if (answer.durationMs > PROBE_LIMIT_MS) this.#t.fail(`a probe took ${answer.durationMs} ms`)
    return answer
  }
}
