import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import type { CheckFunction } from '../../../lib/health/check/check-function.js'
import { startApp } from '../../support/app.js'
import { FaultProxy } from '../../support/servers/fault-proxy.js'
import type { TestServer } from '../../support/servers/index.js'
import type { Expected, Fault } from './expected.js'
import { probe } from './probe.js'
import type { Probe } from './probe.js'

/** Where a client connects to. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/** A client as an app has it, and its check. */
export interface AppClient {
  readonly check: CheckFunction
  /** Takes all connections of the pool, and gives what gives them back. */
  readonly occupy?: () => Promise<() => unknown>
  readonly close: () => unknown
}

/** Makes a client as an app does. Resolves, whether it could connect or not. */
export type Connect = (address: Address) => AppClient | Promise<AppClient>

/** What is broken, and how it is seen. */
export interface Proof {
  readonly server: TestServer
  readonly connect: Connect
  readonly expected: Expected
}

/**
 * Twice what the kubelet gives a probe by default: other tests run at the same time. That a check has ended before its own 800 ms is seen by
 * its reason, which is not that it timed out.
 */
const PROBE_LIMIT_MS = 2_000
const PERIOD_MS = 100
/** After how many probes a fault must be named: a client may notice a moment later that its connection is gone. */
const MOST_PROBES = 10
/** How long it may take to be well again: drivers wait up to two seconds between two attempts to connect. */
const RECOVERY_LIMIT_MS = 10_000

/** Breaks a server, and the way to it, in every way, and looks at what a readiness probe sees. */
export async function proveFaults (t: Test, proof: Proof): Promise<void> {
  const { server, expected } = proof
  await t.test('up', async (t) => {
    const { recovers, seen } = await start(t, proof)
    // The first one of all may find a server that is not warm yet.
    await recovers()
    const { details } = await seen('UP')
    t.match(details, { latencyMs: Number }, 'with what it took')
  })
  await t.test('stopped and started again', async (t) => await breakAndMend(t, proof, { fault: 'stopped', hurt: async () => await server.stop(), mend: async () => await server.start() }))
  await t.test('frozen and thawed', async (t) => await breakAndMend(t, proof, { fault: 'frozen', hurt: () => server.freeze(), mend: () => server.thaw() }))
  await t.test('a wrong password', async (t) => {
    const { fails } = await start(t, proof, { password: 'not the password' })
    await fails('wrong password')
    await server.settled(0)
  })
  if (expected['pool exhausted'] !== undefined) await t.test('the pool exhausted', async (t) => await exhaust(t, proof))
  const proxy = await FaultProxy.start(t, server.port)
  const throughProxy = { port: proxy.port }
  await t.test('a reset in the middle of a question', async (t) => await breakAndMend(t, proof, { fault: 'reset', hurt: () => proxy.resetOnNextData(), mend: () => undefined }, throughProxy))
  await t.test('a black hole', async (t) => await breakAndMend(t, proof, { fault: 'black hole', hurt: () => proxy.blackHole(), mend: () => proxy.pass() }, throughProxy))
}

interface Break {
  readonly fault: Fault
  readonly hurt: () => unknown
  readonly mend: () => unknown
}

async function breakAndMend (t: Test, proof: Proof, { fault, hurt, mend }: Break, address: Partial<Address> = {}): Promise<void> {
  const { fails, recovers } = await start(t, proof, address)
  await recovers()
  const before = await proof.server.connections()
  await hurt()
  await fails(fault)
  await mend()
  await recovers()
  await proof.server.settled(before)
  t.pass(`the server has as many connections as before, ${before}`)
}

async function exhaust (t: Test, proof: Proof): Promise<void> {
  const { client, fails, recovers, seen } = await start(t, proof)
  await recovers()
  const giveBack = await client.occupy?.()
  const before = await proof.server.connections()
  await fails('pool exhausted')
  await giveBack?.()
  await seen('UP')
  await recovers()
  await proof.server.settled(before)
  t.pass('no slot is held')
}

interface Watch {
  readonly client: AppClient
  /** One probe that sees this status. */
  readonly seen: (status: string) => Promise<Probe>
  /** Probes that see nothing but the fault, and before long with its name. */
  readonly fails: (fault: Fault) => Promise<void>
  /** Probes until one passes. */
  readonly recovers: () => Promise<void>
}

/** Starts an app that has a client. */
async function start (t: Test, { server, connect, expected }: Proof, address: Partial<Address> = {}): Promise<Watch> {
  const { host, port, user, password } = server
  // The server notices a moment later that the client of the test before has hung up.
  await server.settled(0)
  const client = await connect({ host, port, user, password, ...address })
  t.teardown(async () => await client.close())
  const { url } = await startApp(t, { showDetails: 'always', checks: { readiness: { db: client.check } } })
  const look = async (): Promise<Probe> => {
    const seen = await probe(url)
    if (seen.durationMs > PROBE_LIMIT_MS) t.fail(`a probe took ${seen.durationMs} ms`)
    return seen
  }
  return {
    client,
    async seen (status) {
      const seen = await look()
      t.equal(seen.status, status, `${status}: ${seen.error ?? ''}`)
      return seen
    },
    async fails (fault) {
      const { status: due, error: reason } = expected[fault] ?? { status: 'DOWN' }
      // A reset is over with the one question that it breaks.
      const most = fault === 'reset' ? 1 : MOST_PROBES
      const errors: unknown[] = []
      for (let count = 0; count < most && errors.at(-1) !== reason; count++) {
        if (count > 0) await sleep(PERIOD_MS)
        const { statusCode, status, error } = await look()
        errors.push(error)
        t.same({ statusCode, status }, { statusCode: due === 'UP' ? 200 : 503, status: due }, `${fault}: ${error ?? ''}`)
      }
      t.equal(errors.at(-1), reason, `${fault} is named`)
    },
    async recovers () {
      const deadline = performance.now() + RECOVERY_LIMIT_MS
      let last = await look()
      while (last.status !== 'UP' && performance.now() < deadline) {
        await sleep(PERIOD_MS)
        last = await look()
      }
      t.equal(last.status, 'UP', `UP again: ${last.error ?? ''}`)
    }
  }
}
