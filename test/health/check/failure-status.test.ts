import t from 'tap'
import {
  failureStatus, formatFailureStatus, kindsOf, onlyFor, Severity
} from '../../../lib/health/check/failure-status.js'
import type { FailureStatus, FailureStatusByKind } from '../../../lib/health/check/failure-status.js'
import type { Status } from '../../../lib/health/status.js'

/** Returns the status that a report on each kind shows for a result. */
function shown (
  option: FailureStatus | FailureStatusByKind | undefined,
  status: Status,
  runningKinds: readonly string[] = ['startup', 'readiness']
): Record<string, Status> {
  const severity = new Severity(option, () => runningKinds)
  const kinds = ['startup', 'readiness', 'health']
  return Object.fromEntries(kinds.map((kind) => [kind, severity.apply({ status }, kind).status]))
}

await t.test('a failure keeps its status when there is no failureStatus', (t) => {
  t.same(shown(undefined, 'DOWN'), { startup: 'DOWN', readiness: 'DOWN', health: 'DOWN' })
  t.same(shown(undefined, 'OUT_OF_SERVICE'), {
    startup: 'OUT_OF_SERVICE', readiness: 'OUT_OF_SERVICE', health: 'OUT_OF_SERVICE'
  })
  t.end()
})

await t.test('a single failureStatus replaces a failure in reports on every kind', (t) => {
  t.same(shown('DEGRADED', 'DOWN'), { startup: 'DEGRADED', readiness: 'DEGRADED', health: 'DEGRADED' })
  t.end()
})

await t.test('a failure has its own status in reports on a kind without an entry', (t) => {
  t.match(shown({ readiness: 'DEGRADED' }, 'DOWN'), { startup: 'DOWN', readiness: 'DEGRADED' })
  t.match(shown({ readiness: 'DEGRADED' }, 'OUT_OF_SERVICE'), { startup: 'OUT_OF_SERVICE', readiness: 'DEGRADED' })
  t.end()
})

await t.test('health shows the entry for health', (t) => {
  t.match(shown({ readiness: 'DOWN', health: 'DEGRADED' }, 'DOWN'), { health: 'DEGRADED' })
  t.end()
})

await t.test('health shows the worst status of the running kinds when it has no entry', (t) => {
  const option = { readiness: 'DEGRADED', startup: 'OUT_OF_SERVICE' } as const
  t.match(shown(option, 'DOWN'), { health: 'OUT_OF_SERVICE' })
  t.match(shown(option, 'DOWN', ['readiness']), { health: 'DEGRADED' })
  t.match(shown(option, 'DOWN', ['readiness', 'liveness']), { health: 'DOWN' }, 'liveness has no entry')
  t.match(shown(option, 'DOWN', ['readiness', 'health']), { health: 'DOWN' }, 'health has no entry')
  t.match(shown(option, 'OUT_OF_SERVICE', []), { health: 'OUT_OF_SERVICE' }, 'the check runs for no kind')
  t.end()
})

await t.test('a passing result is the same object in reports on every kind', (t) => {
  for (const status of ['UP', 'DEGRADED'] as const) {
    const result = { status, details: {} }
    for (const option of [undefined, 'DOWN', { readiness: 'DOWN', health: 'DOWN' }] as const) {
      const severity = new Severity(option, () => ['readiness'])
      t.equal(severity.apply(result, 'readiness'), result)
      t.equal(severity.apply(result, 'health'), result)
    }
  }
  t.end()
})

await t.test('a failing result keeps its details', (t) => {
  const severity = new Severity({ readiness: 'DEGRADED' }, () => ['readiness'])
  const result = { status: 'DOWN', details: { error: 'no' } } as const
  t.same(severity.apply(result, 'readiness'), { status: 'DEGRADED', details: { error: 'no' } })
  t.same(result, { status: 'DOWN', details: { error: 'no' } }, 'the result itself stays')
  t.end()
})

await t.test('a custom kind can have the name of a property of Object.prototype', (t) => {
  const severity = new Severity({ readiness: 'DEGRADED' }, () => ['constructor'])
  t.equal(severity.of('constructor'), 'DOWN')
  t.same(onlyFor('constructor', { readiness: 'DEGRADED' }), {})
  const own = JSON.parse('{"constructor":"DEGRADED"}') as FailureStatusByKind
  t.equal(new Severity(own, () => []).of('constructor'), 'DEGRADED')
  t.end()
})

await t.test('the rule keeps a key "__proto__", so that the kind is rejected later', (t) => {
  const option = failureStatus(JSON.parse('{"__proto__":"DOWN"}'), 'failureStatus')
  t.same(kindsOf(option), ['__proto__'])
  t.throws(() => failureStatus({ __proto__: { readiness: 'DEGRADED' } }, 'failureStatus'), { message: /got an object/ })
  t.end()
})

await t.test('formatFailureStatus() formats equal options alike', (t) => {
  t.equal(formatFailureStatus('DEGRADED'), 'DEGRADED')
  const text = 'readiness: DEGRADED, startup: DOWN'
  t.equal(formatFailureStatus({ startup: 'DOWN', readiness: 'DEGRADED' }), text)
  t.equal(formatFailureStatus({ readiness: 'DEGRADED', health: undefined, startup: 'DOWN' }), text)
  t.end()
})
