import t from 'tap'
import { setUpEngine } from '../support/engine.js'
import type { CheckResult } from '../../lib/index.js'
import type { Component } from '../../lib/health/component.js'
import type { TimedChange } from '../../lib/health/check/check-observer.js'
import { HealthEngine } from '../../lib/health/engine.js'
import { Kinds } from '../../lib/health/kind.js'

const at = (seconds: number): string => new Date(seconds * 1_000).toISOString()

type Fields = Pick<Component, 'status' | 'since' | 'lastFailure'>

async function recordOf (engine: HealthEngine, name = 'db'): Promise<Partial<Fields>> {
  const { status, since, lastFailure } = await engine.component(name) ?? {}
  return {
    ...(status !== undefined && { status }),
    ...(since !== undefined && { since }),
    ...(lastFailure !== undefined && { lastFailure })
  }
}

await t.test('since is the time of the last status change, and lastFailure is the last failed run', async (t) => {
  const { engine, clock } = setUpEngine()
  let error: string | undefined
  engine.add(['readiness'], 'db', () => { if (error !== undefined) throw new Error(error) }, {})
  t.same(await recordOf(engine), { status: 'UP', since: at(0) })
  await clock.pass(10_000)
  error = 'refused'
  t.same(await recordOf(engine), {
    status: 'DOWN', since: at(10), lastFailure: { time: at(10), error: 'refused', durationMs: 0 }
  })
  await clock.pass(10_000)
  error = 'still refused'
  t.same(await recordOf(engine), {
    status: 'DOWN', since: at(10), lastFailure: { time: at(20), error: 'still refused', durationMs: 0 }
  })
  await clock.pass(10_000)
  error = undefined
  t.same(await recordOf(engine), {
    status: 'UP', since: at(30), lastFailure: { time: at(20), error: 'still refused', durationMs: 0 }
  }, 'the failure stays visible after the recovery')
})

await t.test('a report contains since and lastFailure of each check', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['readiness'], 'db', () => false, {})
  const failure = { time: at(0), error: 'the check returned false', durationMs: 0 }
  for (const kind of ['readiness', 'health'] as const) {
    const { components } = await engine.report({ kind })
    t.match(components, { db: { status: 'DOWN', since: at(0), lastFailure: failure } }, kind)
  }
})

await t.test('lastFailure is absent until a run fails, and for a check that is only degraded', async (t) => {
  const { engine } = setUpEngine()
  const result: CheckResult = { status: 'DEGRADED', details: { error: 'slow' } }
  engine.add(['readiness'], 'db', () => result, {})
  t.same(await recordOf(engine), { status: 'DEGRADED', since: at(0) })
})

await t.test('lastFailure is present when failureStatus shows the failure as DEGRADED', async (t) => {
  const { engine } = setUpEngine()
  engine.add(['readiness'], 'db', () => ({ status: 'DOWN' }), { failureStatus: 'DEGRADED' })
  t.same(await recordOf(engine), {
    status: 'DEGRADED', since: at(0), lastFailure: { time: at(0), durationMs: 0 }
  }, 'without a reason there is no error')
})

await t.test('a failed run below failureThreshold changes neither since nor lastFailure', async (t) => {
  const { engine, clock } = setUpEngine()
  let passes = true
  engine.add(['readiness'], 'db', () => passes, { failureThreshold: 2 })
  await engine.report({ kind: 'readiness' })
  passes = false
  await clock.pass(10_000)
  t.same(await recordOf(engine), { status: 'UP', since: at(0) })
})

await t.test('a check that is added again has no since and no lastFailure of the removed check', async (t) => {
  const { engine, clock } = setUpEngine()
  engine.add(['readiness'], 'db', () => false, {})
  await engine.report({ kind: 'readiness' })
  engine.remove('db')
  await clock.pass(10_000)
  engine.add(['readiness'], 'db', () => true, {})
  t.same(await recordOf(engine), { status: 'UP', since: at(10) })
})

await t.test('the lifecycle has the time of its last status change, whatever its reason', async (t) => {
  const { engine, clock } = setUpEngine()
  t.same(await recordOf(engine, 'lifecycle'), { status: 'UP' })
  engine.lifecycle.takeOutOfService('first')
  await clock.pass(10_000)
  engine.lifecycle.takeOutOfService('second')
  t.match(await engine.component('lifecycle'), { since: at(0), time: at(10), details: { reason: 'second' } })
  engine.lifecycle.putInService()
  t.same(await recordOf(engine, 'lifecycle'), { status: 'UP', since: at(10) })
  await clock.pass(10_000)
  engine.close()
  t.same(await recordOf(engine, 'lifecycle'), { status: 'OUT_OF_SERVICE', since: at(20) })
})

await t.test('a change names the kind only for a service dependency in cascade', async (t) => {
  const { clock, log, fastify } = setUpEngine()
  const changes: TimedChange[] = []
  const engine = new HealthEngine(new Kinds(), {
    log, owner: fastify, clock, defaults: {}, isServing: () => true, onChange: (change) => { changes.push(change) }
  })
  engine.addRemote('users', () => true, new Map([['readiness', () => false]]), {})
  engine.add(['readiness'], 'db', () => true, {})
  await engine.report({ kind: 'readiness' })
  await engine.report({ kind: 'health' })
  t.same(changes.map(({ check, kind, to, time }) => ({ check, kind, to, time })), [
    { check: 'users', kind: 'readiness', to: 'DOWN', time: at(0) },
    { check: 'db', kind: undefined, to: 'UP', time: at(0) },
    { check: 'users', kind: undefined, to: 'UP', time: at(0) }
  ])
})
