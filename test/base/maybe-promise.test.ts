import t from 'tap'
import { chain, chainAll } from '../../lib/base/maybe-promise.js'

const double = (value: number): number => value * 2
const join = (values: readonly string[]): string => values.join(' ')
const later = async (value: string): Promise<string> => await Promise.resolve(value)

await t.test('with a value that is there it goes on at once', (t) => {
  t.equal(chain(2, double), 4)
  t.end()
})

await t.test('with a promise it goes on once that has settled', async (t) => {
  const result = chain(Promise.resolve(2), double)
  t.ok(result instanceof Promise)
  t.equal(await result, 4)
})

await t.test('a rejection goes through, and nothing goes on', async (t) => {
  const result = chain(Promise.reject(new Error('broken')), () => t.fail('there is nothing to go on with'))
  await t.rejects(Promise.resolve(result), { message: 'broken' })
})

await t.test('what throws when it goes on throws as it went on: at once, or as a rejection', async (t) => {
  const fail = (): never => { throw new Error('broken') }
  t.throws(() => chain(2, fail), { message: 'broken' })
  await t.rejects(Promise.resolve(chain(Promise.resolve(2), fail)), { message: 'broken' })
})

await t.test('with values that are all there it goes on at once, in their order', (t) => {
  t.equal(chainAll(['a', 'b', 'c'], join), 'a b c')
  t.end()
})

await t.test('with no values at all it goes on at once', (t) => {
  t.equal(chainAll([], join), '')
  t.end()
})

await t.test('with promises among the values it goes on once all have settled, in their order', async (t) => {
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

await t.test('a rejection among the values goes through, and nothing goes on', async (t) => {
  const result = chainAll(['a', later('b'), Promise.reject(new Error('broken'))], () => t.fail('there is nothing to go on with'))
  await t.rejects(Promise.resolve(result), { message: 'broken' })
})
