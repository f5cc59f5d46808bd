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

await t.test('listenBeside() twice on one event adds and removes both listeners with other listeners', (t) => {
  const emitter = new EventEmitter()
  const heard: string[] = []
  listenBeside(emitter, 'upgrade', () => heard.push('first'))
  listenBeside(emitter, 'upgrade', () => heard.push('second'))
  t.equal(emitter.listenerCount('upgrade'), 0)
  const other = (): unknown => heard.push('other')
  for (let round = 0; round < 2; round++) {
    emitter.on('upgrade', other)
    emitter.emit('upgrade')
    t.same(heard.splice(0).sort(), ['first', 'other', 'second'])
    emitter.off('upgrade', other)
    t.equal(emitter.listenerCount('upgrade'), 0)
  }
  emitter.on('upgrade', other)
  listenBeside(emitter, 'upgrade', () => heard.push('third'))
  emitter.emit('upgrade')
  t.equal(heard.length, 4)
  t.end()
})
