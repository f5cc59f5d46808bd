import t from 'tap'
import { attemptOr, awaitOr } from '../../lib/base/attempt-or.js'

function fail (): never {
  throw new Error('broken')
}

await t.test('attemptOr() returns the result if the function does not throw', (t) => {
  t.equal(attemptOr(() => 1, 2), 1)
  t.equal(attemptOr(() => undefined, 2), undefined)
  t.end()
})

await t.test('attemptOr() returns the fallback if the function throws', (t) => {
  t.equal(attemptOr(fail, 2), 2)
  t.end()
})

await t.test('awaitOr() resolves with the result, returned at once or later', async (t) => {
  t.equal(await awaitOr(() => 1, 2), 1)
  t.equal(await awaitOr(async () => await Promise.resolve(1), 2), 1)
})

await t.test('awaitOr() resolves with the fallback if the function throws or rejects', async (t) => {
  t.equal(await awaitOr(fail, 2), 2)
  t.equal(await awaitOr(async () => await Promise.reject(new Error('broken')), 2), 2)
})
