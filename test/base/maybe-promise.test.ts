import t from 'tap'
import { chain, chainAll } from '../../lib/base/maybe-promise.js'

const double = (value: number): number => value * 2
const join = (values: readonly string[]): string => values.join(' ')
const later = async (value: string): Promise<string> => await Promise.resolve(value)

await t.test('chain() calls next at once for a value', (t) => {
  t.equal(chain(2, double), 4)
  t.end()
})

await t.test('chain() calls next after a promise has resolved', async (t) => {
  const result = chain(Promise.resolve(2), double)
  t.ok(result instanceof Promise)
  t.equal(await result, 4)
})

await t.test('chain() passes a rejection on, and does not call next', async (t) => {
  const result = chain(Promise.reject(new Error('broken')), () => t.fail('called next'))
  await t.rejects(Promise.resolve(result), { message: 'broken' })
})

await t.test('chain() throws or rejects if next throws', async (t) => {
  const fail = (): never => { throw new Error('broken') }
  t.throws(() => chain(2, fail), { message: 'broken' })
  await t.rejects(Promise.resolve(chain(Promise.resolve(2), fail)), { message: 'broken' })
})

await t.test('chainAll() calls next at once if no value is a promise', (t) => {
  t.equal(chainAll(['a', 'b', 'c'], join), 'a b c')
  t.end()
})

await t.test('chainAll() calls next at once for an empty list', (t) => {
  t.equal(chainAll([], join), '')
  t.end()
})

await t.test('chainAll() keeps the order, and calls next after all promises have resolved', async (t) => {
  let settle: (value: string) => void = () => undefined
  const last = new Promise<string>((resolve) => { settle = resolve })
  let result: unknown = 'not yet'
  const going = Promise.resolve(chainAll([last, 'b', later('c')], join)).then((joined) => { result = joined })
  await later('')
  t.equal(result, 'not yet')
  settle('a')
  await going
  t.equal(result, 'a b c')
})

await t.test('chainAll() passes a rejection on, and does not call next', async (t) => {
  const values = ['a', later('b'), Promise.reject(new Error('broken'))]
  const result = chainAll(values, () => t.fail('called next'))
  await t.rejects(Promise.resolve(result), { message: 'broken' })
})
