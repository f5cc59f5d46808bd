import { connect, createServer, getDefaultAutoSelectFamily, setDefaultAutoSelectFamily } from 'node:net'
import t from 'tap'
import { Lookup } from '../../../lib/checks/network/lookup.js'
import { opening } from '../../../lib/checks/network/opening.js'
import { listen } from '../../support/loopback.js'

const LOOPBACK = { address: '127.0.0.1', family: 4 }

await t.test('a name is not looked up again while the answer before is still out', async (t) => {
  const asked: string[] = []
  let answer = (): void => undefined
  const lookup = new Lookup(async (name) => {
    asked.push(name)
    return await new Promise((resolve) => { answer = () => resolve([LOOPBACK]) })
  })
  const first = lookup.all('db')
  const second = lookup.all('db', { family: 0, hints: 0 })
  t.same(asked, ['db'], 'what is left out is the same as 0')
  answer()
  t.same(await Promise.all([first, second]), [[LOOPBACK], [LOOPBACK]])
  const third = lookup.all('db')
  t.same(asked, ['db', 'db'], 'once it is answered it is looked up anew')
  const answerThird = answer
  const other = lookup.all('db', { family: 6 })
  t.same(asked, ['db', 'db', 'db'], 'another question about the same name is another one')
  answerThird()
  answer()
  await Promise.all([third, other])
})

await t.test('a lookup that fails is the failure of all who asked, and not of who asks later', async (t) => {
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

await t.test('a connection fails with what the lookup fails with', async (t) => {
  const lookup = new Lookup(async () => await Promise.reject(new Error('EAI_AGAIN')))
  await t.rejects(opening(connect({ host: 'db', port: 1, lookup: lookup.forSocket }), 'connect'), { message: 'EAI_AGAIN' })
})

await t.test('a connection takes the addresses of a lookup, and the first where it wants only one', async (t) => {
  const port = await listen(t, createServer())
  const before = getDefaultAutoSelectFamily()
  t.teardown(() => setDefaultAutoSelectFamily(before))
  const lookup = new Lookup(async () => await Promise.resolve([LOOPBACK]))
  for (const triesAll of [true, false]) {
    setDefaultAutoSelectFamily(triesAll)
    const socket = connect({ host: 'db', port, lookup: lookup.forSocket })
    await opening(socket, 'connect')
    t.equal(socket.remoteAddress, '127.0.0.1')
    socket.destroy()
    const nowhere = new Lookup(async () => await Promise.resolve([]))
    await t.rejects(opening(connect({ host: 'db', port, lookup: nowhere.forSocket }), 'connect'), { message: 'db has no address' })
  }
})
