import t from 'tap'
import { useOnce } from '../../../../lib/checks/clients/sql/outside-connection.js'
import { Deferred } from '../../../../lib/base/deferred.js'
import { ManualClock } from '../../../support/clock.js'

/** A connection that records its calls. */
function makeConnection (opened = Promise.resolve('connection')): {
  readonly calls: string[]
  readonly ended: Deferred<void>
  readonly open: () => { opened: Promise<string>, end: () => Promise<void>, destroy: () => void }
} {
  const calls: string[] = []
  const ended = new Deferred<void>()
  const end = async (): Promise<void> => {
    calls.push('end')
    await ended.promise
  }
  return { calls, ended, open: () => ({ opened, end, destroy: () => { calls.push('destroy') } }) }
}

const pass = async (): Promise<void> => await Promise.resolve()

await t.test('useOnce() says goodbye after the work, and does not wait for the reply', async (t) => {
  const clock = new ManualClock()
  const { calls, ended, open } = makeConnection()
  const work = async (connection: string): Promise<void> => {
    calls.push(connection)
    await pass()
  }
  await useOnce(open, new AbortController(), work, clock)
  t.same(calls, ['connection', 'end'])
  ended.resolve()
  await clock.pass(10_000)
  t.same(calls, ['connection', 'end'])
  t.equal(clock.waiting, 0)
})

await t.test('useOnce() destroys the connection when the goodbye stays without a reply for a second', async (t) => {
  const clock = new ManualClock()
  const { calls, open } = makeConnection()
  await useOnce(open, new AbortController(), pass, clock)
  await clock.pass(999)
  t.same(calls, ['end'])
  t.equal(clock.keepingAlive, 0)
  await clock.pass(1)
  t.same(calls, ['end', 'destroy'])
})

await t.test('useOnce() destroys the connection when the goodbye fails', async (t) => {
  const clock = new ManualClock()
  const { calls, ended, open } = makeConnection()
  await useOnce(open, new AbortController(), pass, clock)
  ended.reject(new Error('write after end'))
  await clock.pass(0)
  t.same(calls, ['end', 'destroy'])
  t.equal(clock.waiting, 0)
})

await t.test('useOnce() destroys the connection when it cannot be opened or the work fails', async (t) => {
  const refused = makeConnection(Promise.reject(new Error('refused')))
  await t.rejects(useOnce(refused.open, new AbortController(), pass), { message: 'refused' })
  const failing = makeConnection()
  const fail = async (): Promise<void> => await Promise.reject(new Error('reset'))
  await t.rejects(useOnce(failing.open, new AbortController(), fail), { message: 'reset' })
  t.same([refused.calls, failing.calls], [['destroy'], ['destroy']])
})

await t.test('useOnce() destroys the connection at once when the time is over', async (t) => {
  const { calls, open } = makeConnection()
  const controller = new AbortController()
  const work = new Deferred<void>()
  const used = useOnce(open, controller, async () => await work.promise)
  controller.abort()
  t.same(calls, ['destroy'])
  work.reject(new Error('Connection terminated'))
  await t.rejects(used, { message: 'Connection terminated' })
})

await t.test('useOnce() opens no connection when the time is over before', async (t) => {
  let opened = 0
  const open = (): never => {
    opened += 1
    throw new Error('never')
  }
  const used = useOnce(open, { signal: AbortSignal.abort() }, pass)
  await t.rejects(used, { message: 'there was no time left to open a connection' })
  t.equal(opened, 0)
})
