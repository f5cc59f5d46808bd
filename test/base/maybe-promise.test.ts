import t from 'tap'
import { runInNewContext } from 'node:vm'
import { chain, chainAll, settle } from '../../lib/base/maybe-promise.js'

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

/** A promise of another library: an object with a `then` function. */
function thenable<T> (
  then: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => void
): Promise<T> {
  return { then } as unknown as Promise<T>
}

await t.test('chain() and chainAll() wait for a promise of another library or realm', async (t) => {
  const foreign = runInNewContext('Promise.resolve("b")') as Promise<string>
  const results: string[] = []
  void chain(thenable<string>((resolve) => resolve('a')), (value) => results.push(value))
  t.same(results, ['a'])
  t.equal(await chainAll([foreign, thenable<string>((resolve) => resolve('c')), 'd'], join), 'b c d')
})

await t.test('settle() returns a promise of Node as it is, and wraps any other value', async (t) => {
  const promise = Promise.resolve(1)
  t.equal(settle(promise), promise)
  t.equal(await settle(2), 2)
  t.equal(await settle(thenable((resolve) => resolve(thenable((resolve) => resolve(3))))), 3)
})

await t.test('settle() rejects when a then function rejects or throws, or cannot be read', async (t) => {
  const broken = { message: 'broken' }
  await t.rejects(settle(thenable((_resolve, reject) => reject(new Error('broken')))), broken)
  await t.rejects(settle(thenable(() => { throw new Error('broken') })), broken)
  await t.rejects(settle({ get then (): never { throw new Error('broken') } }), broken)
  const inner = { get then (): never { throw new Error('broken') } }
  await t.rejects(settle(thenable((resolve) => resolve(inner))), broken)
})

await t.test('settle() takes only the first call of a thenable that calls back twice', async (t) => {
  t.equal(await settle(thenable((resolve, reject) => {
    resolve(1)
    resolve(2)
    reject(new Error('late'))
    throw new Error('later')
  })), 1)
  await t.rejects(settle(thenable((resolve, reject) => {
    reject(new Error('broken'))
    resolve(1)
  })), { message: 'broken' })
})

await t.test('settle() rejects for a thenable that resolves with itself', async (t) => {
  const self: PromiseLike<unknown> = thenable((resolve) => resolve(self))
  await t.rejects(settle(self), { message: 'a promise resolves with itself' })
})
