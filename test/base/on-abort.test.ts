import { getEventListeners } from 'node:events'
import t from 'tap'
import { onAbort } from '../../lib/base/on-abort.js'

await t.test('onAbort() calls back once when the signal aborts', (t) => {
  const controller = new AbortController()
  let calls = 0
  onAbort(controller.signal, () => { calls += 1 })
  t.equal(calls, 0)
  controller.abort()
  controller.abort()
  t.equal(calls, 1)
  t.equal(getEventListeners(controller.signal, 'abort').length, 0)
  t.end()
})

await t.test('onAbort() does not call back after it is cancelled', (t) => {
  const controller = new AbortController()
  onAbort(controller.signal, () => t.fail('was cancelled'))()
  controller.abort()
  t.equal(getEventListeners(controller.signal, 'abort').length, 0)
  t.end()
})

await t.test('onAbort() does not call back for a signal that has aborted before', (t) => {
  onAbort(AbortSignal.abort(), () => t.fail('aborted before'))
  t.end()
})
