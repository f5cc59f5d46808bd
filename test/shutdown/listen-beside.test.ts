import { EventEmitter } from 'node:events'
import t from 'tap'
import { listenBeside } from '../../lib/shutdown/listen-beside.js'

const ignore = (): undefined => undefined

await t.test('listenBeside() listens while other listeners exist, and runs before them', (t) => {
  for (const isEarly of [true, false]) {
    const emitter = new EventEmitter()
    const calls: string[] = []
    const other = (): unknown => calls.push('other')
    if (isEarly) emitter.on('upgrade', other)
    listenBeside(emitter, 'upgrade', (value: string) => calls.push(value))
    if (!isEarly) emitter.on('upgrade', other)
    emitter.emit('upgrade', 'beside')
    t.same(calls, ['beside', 'other'])
    emitter.off('upgrade', other)
    t.equal(emitter.listenerCount('upgrade'), 0)
  }
  t.end()
})

await t.test('listenBeside() adds its listener once, and again after all listeners were removed', (t) => {
  const emitter = new EventEmitter()
  listenBeside(emitter, 'upgrade', () => undefined)
  t.equal(emitter.listenerCount('upgrade'), 0)
  emitter.on('upgrade', ignore).on('upgrade', ignore).on('request', ignore)
  t.same([emitter.listenerCount('upgrade'), emitter.listenerCount('request')], [3, 1])
  emitter.removeAllListeners('upgrade')
  t.equal(emitter.listenerCount('upgrade'), 0)
  emitter.once('upgrade', ignore)
  t.equal(emitter.listenerCount('upgrade'), 2)
  emitter.emit('upgrade')
  t.equal(emitter.listenerCount('upgrade'), 0)
  t.end()
})
