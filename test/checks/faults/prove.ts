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

/** Makes a client as an app does. Resolves even if the client could not connect. */
export type Connect = (address: Address) => AppClient | Promise<AppClient>

/** The server to break, and the results to expect. */
export interface FaultTest {
  readonly server: TestServer
  readonly connect: Connect
  readonly expected: ExpectedResults
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
    const { recovers, answers } = await start(t, test)
    // The server may be slow at the first probe.
    await recovers()
    const { details } = await answers('UP')
    t.match(details, { latencyMs: Number })
  })
  await t.test('the server stops and starts again', async (t) => {
    const cause = async (): Promise<unknown> => await server.stop()
    await causeAndEnd(t, test, { fault: 'stopped', cause, end: async () => await server.start() })
  })
  await t.test('the server freezes and thaws', async (t) => {
    await causeAndEnd(t, test, { fault: 'frozen', cause: () => server.freeze(), end: () => server.thaw() })
  })
  await t.test('the password is wrong', async (t) => {
    const { fails } = await start(t, test, { password: 'not the password' })
    await fails('wrong password')
    await server.settled(0)
  })
  if (expected['pool exhausted'] !== undefined) {
    await t.test('the pool is exhausted', async (t) => await exhaust(t, test))
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

interface FaultSwitch {
  readonly fault: Fault
  readonly cause: () => unknown
  readonly end: () => unknown
}

async function causeAndEnd (
  t: Test,
  test: FaultTest,
  { fault, cause, end }: FaultSwitch,
  address: Partial<Address> = {}
): Promise<void> {
  const { fails, recovers } = await start(t, test, address)
  await recovers()
  const before = await test.server.connections()
  await cause()
  await fails(fault)
  await end()
  await recovers()
  await test.server.settled(before)
  t.pass(`the server has as many connections as before, ${before}`)
}

async function exhaust (t: Test, test: FaultTest): Promise<void> {
  const { client, fails, recovers, answers } = await start(t, test)
  await recovers()
  const release = await client.occupy?.()
  const before = await test.server.connections()
  await fails('pool exhausted')
  await release?.()
  await answers('UP')
  await recovers()
  await test.server.settled(before)
  t.pass('the check holds no connection')
}

interface ProbedApp {
  readonly client: AppClient
  /** Sends one probe and asserts its status. */
  readonly answers: (status: string) => Promise<ProbeAnswer>
  /** Sends probes until the reason names the fault. All must have the status of the fault. */
  readonly fails: (fault: Fault) => Promise<void>
  /** Sends probes until a probe passes. */
  readonly recovers: () => Promise<void>
}

/** Starts an app with a client and its check. */
async function start (
  t: Test,
  { server, connect, expected }: FaultTest,
  address: Partial<Address> = {}
): Promise<ProbedApp> {
  const { host, port, user, password } = server
  // The server detects a moment later that the previous test's client has disconnected.
  await server.settled(0)
  const client = await connect({ host, port, user, password, ...address })
  t.teardown(async () => await client.close())
  const { url } = await startApp(t, { showDetails: 'always', checks: { readiness: { db: client.check } } })
  const sendProbe = async (): Promise<ProbeAnswer> => {
    const answer = await probe(url)
    if (answer.durationMs > PROBE_LIMIT_MS) t.fail(`a probe took ${answer.durationMs} ms`)
    return answer
  }
  return {
    client,
    async answers (status) {
      const answer = await sendProbe()
      t.equal(answer.status, status, `${status}: ${answer.error ?? ''}`)
      return answer
    },
    async fails (fault) {
      const { status: expectedStatus, error: reason } = expected[fault] ?? { status: 'DOWN' }
      // A reset breaks one request only.
      const maxProbes = fault === 'reset' ? 1 : MAX_PROBES
      const errors: unknown[] = []
      for (let count = 0; count < maxProbes && errors.at(-1) !== reason; count++) {
        if (count > 0) await sleep(PERIOD_MS)
        const { statusCode, status, error } = await sendProbe()
        errors.push(error)
        const expectedCode = expectedStatus === 'UP' ? 200 : 503
        t.same([statusCode, status], [expectedCode, expectedStatus], `${fault}: ${error ?? ''}`)
      }
      t.equal(errors.at(-1), reason, `the reason names the fault: ${fault}`)
    },
    async recovers () {
      const deadline = performance.now() + RECOVERY_LIMIT_MS
      let last = await sendProbe()
      while (last.status !== 'UP' && performance.now() < deadline) {
        await sleep(PERIOD_MS)
        last = await sendProbe()
      }
      t.equal(last.status, 'UP', `UP again: ${last.error ?? ''}`)
    }
  }
}
