import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import t from 'tap'
import { isTraced } from '../../lib/health/is-traced.js'
import type { TracingChannels } from '../../lib/health/is-traced.js'

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

/** A tracing channel of Bun, which shows its subscribers for each channel only. */
function channels (subscribed?: string): TracingChannels {
  const [start, end, asyncStart, asyncEnd, error] = EVENTS.map((event) => ({ hasSubscribers: event === subscribed }))
  return { start, end, asyncStart, asyncEnd, error } as TracingChannels
}

await t.test('isTraced() is true while any event of a tracing channel has a subscriber', (t) => {
  const name = 'fastify-management-endpoints:is-traced-test'
  const tracing = tracingChannel(name)
  t.equal(isTraced(tracing), false)
  for (const event of EVENTS) {
    const listener = (): void => undefined
    subscribe(`tracing:${name}:${event}`, listener)
    t.equal(isTraced(tracing), true, event)
    unsubscribe(`tracing:${name}:${event}`, listener)
    t.equal(isTraced(tracing), false, event)
  }
  t.end()
})

await t.test('isTraced() reads each channel when the runtime has no `hasSubscribers` for all channels', (t) => {
  t.equal(isTraced(channels()), false)
  for (const event of EVENTS) t.equal(isTraced(channels(event)), true, event)
  t.end()
})
