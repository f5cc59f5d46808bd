import t from 'tap'
import { hasIdleConnection } from '../../../../lib/checks/clients/sql/idle-connection.js'

const FULL = { open: 2, opening: 0, idle: 0, waiting: 0, max: 5 }
const { signal } = new AbortController()

await t.test('hasIdleConnection() resolves with true when a connection is idle', async (t) => {
  t.equal(await hasIdleConnection({ usage: () => ({ ...FULL, idle: 1 }) }, { signal }), true)
})

await t.test('hasIdleConnection() waits until a connection becomes idle', async (t) => {
  let looks = 0
  const usage = (): typeof FULL => ({ ...FULL, idle: ++looks === 3 ? 1 : 0 })
  t.equal(await hasIdleConnection({ usage }, { signal }), true)
  t.equal(looks, 3)
})

await t.test('hasIdleConnection() resolves with false when the pool has no open connection', async (t) => {
  for (const usage of [{ ...FULL, open: 0 }, { ...FULL, opening: 2 }]) {
    t.equal(await hasIdleConnection({ usage: () => usage }, { signal }), false)
  }
})

await t.test('hasIdleConnection() resolves with false when the time is over', async (t) => {
  const controller = new AbortController()
  const waiting = hasIdleConnection({ usage: () => FULL }, controller)
  controller.abort()
  t.equal(await waiting, false)
  t.equal(await hasIdleConnection({ usage: () => FULL }, controller), false)
})
