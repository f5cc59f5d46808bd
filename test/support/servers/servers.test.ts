import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { connect as connectSocket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { missing, servers, startServer } from './index.js'
import type { ServerName, TestServer } from './index.js'
import type { TestClient } from './kind.js'
import { FOLDER_PREFIX } from './place.js'
import { isAlive, processTree } from './process-tree.js'
import type { Process } from './process-tree.js'

t.setTimeout(600_000)

/** All servers of Debian. */
const NAMES = (Object.keys(servers) as ServerName[]).filter((name) => servers[name].packages.length > 0)

for (const name of NAMES) await t.test(name, { skip: missing(name) }, async (t) => await isServer(t, name))

await t.test(
  'settled() rejects with the number of connections that the server has',
  { skip: missing('redis') },
  async (t) => {
    const server = await startServer(t, 'redis')
    await t.rejects(server.settled(1), { message: 'the server has 0 connections, expected 1' })
  }
)

async function isServer (test: Pick<typeof t, 'test'>, name: ServerName): Promise<void> {
  const before = processTree(process.pid)
  let started: readonly Process[] = []

  await test.test('while the test runs', async (t) => {
    const server = await startServer(t, name)
    await answersWhoHasThePassword(t, name, server)
    await countsConnections(t, name, server)
    await keepsSilentWhileFrozen(t, name, server)
    await comesAndGoes(t, name, server)
    started = processTree(process.pid).filter(({ pid }) => !before.some((known) => known.pid === pid))
    server.freeze()
  })

  await test.test('no process and no folder is left after the test, which left the server frozen', async (t) => {
    t.ok(started.length > 0, 'there were processes')
    t.same(started.filter(isAlive), [])
    t.same((await readdir(tmpdir())).filter((folder) => folder.startsWith(FOLDER_PREFIX)), [])
  })
}

async function answersWhoHasThePassword (
  test: Pick<typeof t, 'test'>,
  name: ServerName,
  server: TestServer
): Promise<void> {
  await test.test('the server answers a client with the password', async () => {
    const client = await connect(name, server)
    await client.ping()
    await client.close()
  })

  if (servers[name].isOpen === true) return
  await test.test('the server refuses a client with another password', async (t) => {
    await t.rejects(connect(name, server, 'hunter2'))
  })
}

async function countsConnections (test: Pick<typeof t, 'test'>, name: ServerName, server: TestServer): Promise<void> {
  await test.test('connections() counts the connections of clients, each time the same', async (t) => {
    await server.settled(0)
    const clients = await Promise.all([connect(name, server), connect(name, server)])
    const counts = new Set<number>()
    for (let time = 1; time <= 20; time += 1) counts.add(await server.connections())
    t.same([...counts], [2])
    for (const [index, client] of clients.entries()) {
      await client.close()
      await server.settled(1 - index)
    }
  })
}

async function keepsSilentWhileFrozen (
  test: Pick<typeof t, 'test'>,
  name: ServerName,
  server: TestServer
): Promise<void> {
  await test.test('a frozen server accepts connections, and answers after it thaws', async (t) => {
    const client = await connect(name, server)
    server.freeze()
    const answer = client.ping().then(() => 'answer')
    await connectBarely(server.port)
    t.equal(await Promise.race([answer, sleep(200, 'silence')]), 'silence')
    server.thaw()
    t.equal(await answer, 'answer')
    await client.close()
  })
}

async function comesAndGoes (test: Pick<typeof t, 'test'>, name: ServerName, server: TestServer): Promise<void> {
  await test.test('a stopped server refuses connections, and stop() does nothing more', async (t) => {
    await connect(name, server)
    await server.stop()
    await t.rejects(connectBarely(server.port), { code: 'ECONNREFUSED' })
    await server.stop()
  })

  await test.test('start() rejects with the log if the port is taken', async (t) => {
    const squatter = createServer((socket) => socket.destroy()).listen({ host: server.host, port: server.port })
    await once(squatter, 'listening')
    await t.rejects(server.start(), { message: /ended before it answered: [^]*(in use|eaddrinuse)/i })
    await new Promise((resolve) => squatter.close(resolve))
  })

  await test.test('a restarted server answers on the same port', async () => {
    await server.start()
    const client = await connect(name, server)
    await client.ping()
    await client.close()
  })

  await test.test('start() rejects while the server is running', async (t) => {
    await t.rejects(server.start(), { message: 'the server is already running' })
  })
}

async function connect (
  name: ServerName,
  { host, port, user, password: right }: TestServer,
  password = right
): Promise<TestClient> {
  return await servers[name].connect({ host, port, user, password })
}

/** Connects the socket only. */
async function connectBarely (port: number): Promise<void> {
  const socket = connectSocket({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  socket.destroy()
}
