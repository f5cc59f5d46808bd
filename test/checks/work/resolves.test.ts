import t from 'tap'
import { resolves } from '../../../lib/checks/work/resolves.js'
import { run } from '../../support/check.js'
import { RecordingLog } from '../../support/log.js'

const IN_20_MS = { signal: new AbortController().signal, timeout: 20, log: new RecordingLog() }

await t.test('resolves() is UP with its latency when the promise resolves, whatever the value', async (t) => {
  const values = [undefined, null, false, 0, [{ one: 1 }], { status: 'DOWN' }, new Response('', { status: 500 })]
  for (const value of values) {
    const { status, details } = await run(resolves(async () => await Promise.resolve(value)))
    t.same([status, Object.keys(details ?? {})], ['UP', ['latencyMs']])
  }
})

await t.test('resolves() awaits a thenable, as the queries of libraries are', async (t) => {
  const query = { then: (resolve: (rows: readonly unknown[]) => void) => resolve([1]) }
  t.match(await run(resolves(() => query as never)), { status: 'UP' })
})

await t.test('resolves() is DOWN with the reason when the promise rejects or the function throws', async (t) => {
  const failures = [
    async () => await Promise.reject(new Error('connection refused')),
    () => { throw new Error('connection refused') }
  ]
  for (const failure of failures) {
    t.match(await run(resolves(failure)), { status: 'DOWN', details: { error: 'connection refused' } })
  }
})

await t.test('resolves() is DOWN when the function returns no promise', async (t) => {
  for (const value of [undefined, true, [], { status: 'UP' }]) {
    const error = /^the function of resolves\(\) must return a promise, got /
    t.match(await run(resolves(() => value as never)), { status: 'DOWN', details: { error } })
  }
})

await t.test('resolves() ends after 90 % of its timeout, and names the awaited thing', async (t) => {
  async function pingDatabase (): Promise<void> { await new Promise(() => undefined) }
  const anonymous = [async (): Promise<void> => { await new Promise(() => undefined) }] as const
  const cases = [
    [resolves(pingDatabase), 'no answer within 18 ms from pingDatabase()'],
    [resolves(pingDatabase, { waitsFor: 'PostgreSQL' }), 'no answer within 18 ms from PostgreSQL'],
    [resolves(anonymous[0]), 'no answer within 18 ms']
  ] as const
  for (const [check, error] of cases) {
    t.match(await check(IN_20_MS), { status: 'DOWN', details: { error } })
  }
})

await t.test('resolves() aborts the signal of its function when its time is over', async (t) => {
  const contexts: { readonly signal: AbortSignal, readonly timeout: number }[] = []
  const check = resolves(async (context) => {
    contexts.push(context)
    await new Promise((_resolve, reject) => {
      context.signal.addEventListener('abort', () => reject(new Error('query cancelled')))
    })
  })
  t.match(await check(IN_20_MS), { status: 'DOWN' })
  t.match(contexts, [{ signal: { aborted: true }, timeout: 18 }])
  t.match(await check(IN_20_MS), { status: 'DOWN' })
  t.equal(contexts.length, 2, 'the call has ended, so the next run starts another')
})

await t.test('resolves() starts no second call while the first hangs, and takes its late answer', async (t) => {
  const calls: (() => void)[] = []
  const check = resolves(async () => await new Promise<void>((resolve) => calls.push(resolve)))
  for (let count = 0; count < 3; count++) {
    t.match(await check(IN_20_MS), { status: 'DOWN', details: { error: 'no answer within 18 ms' } })
  }
  t.equal(calls.length, 1)
  const late = run(check)
  calls[0]?.()
  t.match(await late, { status: 'UP' })
  t.equal(calls.length, 1)
})

await t.test('resolves() throws when its argument is no function, or an option is wrong', (t) => {
  const query = Promise.resolve()
  t.throws(() => resolves(query as never), {
    code: 'FST_MANAGEMENT_FUNCTION_INVALID',
    message: /^the argument of "resolves\(\)" must be a function, got a promise/
  })
  const cases = [
    [{ waitsFor: '' }, /^option "resolves\.waitsFor" must be a string that is not empty/],
    [{ waitFor: 'x' }, /^unknown option "resolves\(work\)\.waitFor" \(did you mean "waitsFor"\?\)/],
    [{ timeout: 1 }, /^unknown option "resolves\(work\)\.timeout" \(pass "timeout" to addCheck\(\)/]
  ] as const
  for (const [options, message] of cases) {
    const make = (): unknown => resolves(async () => await query, options as never)
    t.throws(make, { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  }
  t.end()
})
