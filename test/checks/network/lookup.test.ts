import { connect, createServer, getDefaultAutoSelectFamily, setDefaultAutoSelectFamily } from 'node:net'
import t from 'tap'
import { Lookup } from '../../../lib/checks/network/lookup.js'
import { waitUntilOpen } from '../../../lib/checks/network/wait-until-open.js'
import { listen } from '../../support/loopback.js'

const LOOPBACK = { address: '127.0.0.1', family: 4 }

await t.test('all() shares one lookup between concurrent calls for the same name and options', async (t) => {
  const names: string[] = []
  let answer = (): void => undefined
  const lookup = new Lookup(async (name) => {
    names.push(name)
    return await new Promise((resolve) => { answer = () => resolve([LOOPBACK]) })
  })
  const first = lookup.all('db')
  const second = lookup.all('db', { family: 0, hints: 0 })
  t.same(names, ['db'], 'an omitted option is the same as 0')
  answer()
  t.same(await Promise.all([first, second]), [[LOOPBACK], [LOOPBACK]])
  const third = lookup.all('db')
  t.same(names, ['db', 'db'], 'a call after the answer starts a new lookup')
  const answerThird = answer
  const other = lookup.all('db', { family: 6 })
  t.same(names, ['db', 'db', 'db'], 'a call with other options starts its own lookup')
  answerThird()
  answer()
  await Promise.all([third, other])
})

await t.test('all() rejects all concurrent calls when the lookup fails, but not later calls', async (t) => {
  let fails = true
  const lookup = new Lookup(async () => {
    if (fails) throw new Error('EAI_AGAIN')
    return await Promise.resolve([LOOPBACK])
  })
  const [first, second] = await Promise.allSettled([lookup.all('db'), lookup.all('db')])
  t.match([first, second], [{ reason: { message: 'EAI_AGAIN' } }, { reason: { message: 'EAI_AGAIN' } }])
  fails = false
  t.same(await lookup.all('db'), [LOOPBACK])
})

await t.test('waitUntilOpen() rejects with the error of the lookup', async (t) => {
  const lookup = new Lookup(async () => await Promise.reject(new Error('EAI_AGAIN')))
  const socket = connect({ host: 'db', port: 1, lookup: lookup.forSocket })
  await t.rejects(waitUntilOpen(socket, 'connect'), { message: 'EAI_AGAIN' })
})

await t.test('forSocket() gives a connection all addresses, or the first when it accepts only one', async (t) => {
  const port = await listen(t, createServer())
  const before = getDefaultAutoSelectFamily()
  t.teardown(() => setDefaultAutoSelectFamily(before))
  const lookup = new Lookup(async () => await Promise.resolve([LOOPBACK]))
  for (const triesAll of [true, false]) {
    setDefaultAutoSelectFamily(triesAll)
    const socket = connect({ host: 'db', port, lookup: lookup.forSocket })
    await waitUntilOpen(socket, 'connect')
    t.equal(socket.remoteAddress, '127.0.0.1')
    socket.destroy()
    const nowhere = new Lookup(async () => await Promise.resolve([]))
    const failing = connect({ host: 'db', port, lookup: nowhere.forSocket })
    await t.rejects(waitUntilOpen(failing, 'connect'), { message: 'db has no address' })
  }
})
