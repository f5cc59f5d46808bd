import { runInNewContext } from 'node:vm'
import t from 'tap'
import { isError, isErrorLike } from '../../lib/base/error-like.js'

const errors = [
  new Error('a'), new TypeError(''), new AggregateError([]), new DOMException('a', 'AbortError'),
  runInNewContext('new Error("a")'), runInNewContext('new (class Own extends RangeError {})()'),
  Object.assign(new Error('a'), { message: 5 })
]

await t.test('isErrorLike() and isError() accept errors of any realm', (t) => {
  t.same(errors.filter((error) => !isErrorLike(error)), [])
  t.same(errors.filter((error) => !isError(error)), [])
  t.end()
})

await t.test('only isErrorLike() accepts an object with a text as its message', (t) => {
  const content = { message: 'hello' }
  t.ok(isErrorLike(content))
  t.notOk(isError(content))
  t.ok(isError({ ...content, stack: 'Error: hello' }))
  t.end()
})

await t.test('isErrorLike() and isError() refuse other values', (t) => {
  const others = [undefined, null, 'a', 1, [], {}, { message: 1 }, () => 1, { stack: 'a' }]
  t.same(others.filter((value) => isErrorLike(value) || isError(value)), [])
  t.end()
})
