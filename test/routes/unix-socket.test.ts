import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { prepareSocket } from '../../lib/routes/unix-socket.js'
import { leaveSocket, shortFolder } from '../support/sockets.js'

await t.test('prepareSocket() removes a socket on which no process listens', async (t) => {
  const path = join(shortFolder(t), 's')
  await leaveSocket(path)
  t.equal(existsSync(path), true)
  await prepareSocket(path)
  t.equal(existsSync(path), false)
})

await t.test('prepareSocket() keeps the socket of a living server', async (t) => {
  const path = join(shortFolder(t), 's')
  const server = createServer((socket) => socket.end()).listen(path)
  t.teardown(() => server.close())
  await once(server, 'listening')
  await prepareSocket(path)
  t.equal(existsSync(path), true)
})

await t.test('prepareSocket() keeps a file that is no socket, and throws', async (t) => {
  const folder = shortFolder(t)
  writeFileSync(join(folder, 'f'), 'x')
  mkdirSync(join(folder, 'd'))
  for (const name of ['f', 'd']) {
    await t.rejects(prepareSocket(join(folder, name)), {
      message: 'a file that is no socket has this path: remove it, or choose another path'
    })
    t.equal(existsSync(join(folder, name)), true)
  }
})

await t.test('prepareSocket() throws when the directory does not exist, and accepts a free path', async (t) => {
  const folder = shortFolder(t)
  await t.rejects(prepareSocket(join(folder, 'no', 's')), { message: /^the directory .*\/no does not exist: create it$/ })
  await t.rejects(prepareSocket(join(folder, '\0', 's')), { message: /does not exist/ })
  await t.resolves(prepareSocket(join(folder, 's')))
})
