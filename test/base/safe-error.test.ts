import { runInNewContext } from 'node:vm'
import t from 'tap'
import { safeError } from '../../lib/base/safe-error.js'

await t.test('safeError() copies the name, message, code, stack and cause of an error', (t) => {
  const error = Object.assign(new RangeError('no', { cause: new Error('why') }), { code: 'E_NO', other: { secret: 1 } })
  const copy = safeError(error)
  t.not(copy, error)
  t.match(copy, { name: 'RangeError', message: 'no', code: 'E_NO', cause: { message: 'why' } })
  t.equal(copy?.stack, error.stack)
  t.same(Object.keys(copy ?? {}), ['code'])
  t.match(safeError(Object.assign(new Error('no'), { code: 5 })), { code: 5 })
  t.end()
})

await t.test('safeError() copies the errors of an AggregateError, of any realm', (t) => {
  const foreign: unknown = runInNewContext('new AggregateError([new Error("a"), "b"], "all")')
  const copy = safeError(foreign)
  t.ok(copy instanceof AggregateError)
  t.match(copy, { name: 'AggregateError', message: 'all', errors: [{ message: 'a' }] })
  t.end()
})

await t.test('safeError() redacts the message, the stack and the causes', (t) => {
  const error = new Error('postgres://u:hunter2@db', { cause: new Error('password=hunter2') })
  error.stack = `${String(error.stack)}\n    at connect (postgres://u:hunter2@db)\nhunter2`
  const { message, stack, cause } = safeError(error) ?? {}
  t.match(message, 'postgres://[REDACTED]@db')
  t.match(stack, /^Error: postgres:\/\/\[REDACTED\]@db\n {4}at /)
  t.notMatch(JSON.stringify([message, stack, (cause as Error).message, (cause as Error).stack]), /hunter2/)
  t.end()
})

await t.test('safeError() limits the message, the stack and the depth of causes', (t) => {
  const long = safeError(new Error(`${'x'.repeat(5_000)}\nsecond line`))
  t.equal(long?.message.length, 1_001)
  t.match(long?.stack, /^Error: x+…\n {4}at /)
  const deep = Object.assign(new Error('x'), { stack: `Error: x${'\n    at call (file.js:1:1)'.repeat(1e4)}` })
  t.ok((safeError(deep)?.stack?.length ?? 0) < 9_000)
  const cycle = new Error('a')
  cycle.cause = cycle
  t.match(safeError(cycle), { cause: { cause: { cause: { cause: { message: 'a', cause: undefined } } } } })
  t.end()
})

await t.test('safeError() copies at most 20 errors of a tree, and 10 of each AggregateError', (t) => {
  const tree = (depth: number): Error => depth === 0
    ? new Error('leaf')
    : new AggregateError(Array.from({ length: 12 }, () => tree(depth - 1)), `level ${depth}`)
  t.equal(countErrors(safeError(tree(4))), 20)
  t.equal(countErrors(safeError(tree(1))), 11)
  t.end()
})

await t.test('safeError() does not read the stack of a huge message', (t) => {
  const copy = safeError(new Error('x'.repeat(2_000_000)))
  t.match(copy?.stack, /^Error: x{1000}…$/)
  t.end()
})

await t.test('safeError() leaves out the last line of a cut stack, which may end inside a secret', (t) => {
  const calls = Array.from({ length: 500 }, (_, at) => `\n    at call (postgres://u:hunter${at}@db)`)
  const { stack } = safeError(Object.assign(new Error('x'), { stack: `Error: x${calls.join('')}` })) ?? {}
  t.notMatch(stack, /hunter/)
  t.match(stack, /\[REDACTED\]@db\)$/)
  t.end()
})

await t.test('safeError() accepts an error without a stack, a name or a message', (t) => {
  t.match(safeError({ message: 'no' }), { name: 'Error', message: 'no', stack: 'Error: no' })
  t.match(safeError(Object.assign(new Error(''), { name: 5, stack: undefined })), { name: 'Error', stack: 'Error' })
  t.match(safeError(Object.assign(new Error('a'), { message: 5 })), { message: 'the number 5' })
  t.end()
})

await t.test('safeError() returns undefined for any other value, and for an error that cannot be read', (t) => {
  const hostile = Object.defineProperty(new Error('x'), 'message', { get () { throw new Error('no') } })
  for (const value of [undefined, null, 'text', 5, {}, hostile]) t.equal(safeError(value), undefined)
  t.end()
})

function countErrors (error: unknown): number {
  const errors = error instanceof AggregateError ? error.errors as unknown[] : []
  return errors.reduce((sum: number, inner) => sum + countErrors(inner), 1)
}
