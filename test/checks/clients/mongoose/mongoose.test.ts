import { Mongoose } from 'mongoose'
import t from 'tap'
import { mongoose } from '../../../../lib/checks/clients/mongoose/mongoose.js'
import { run } from '../../../support/check.js'
import { MongodbDouble } from '../../../support/servers/mongodb-double.js'

type Test = Pick<typeof t, 'teardown'>

async function startServer (test: Test): Promise<{ server: MongodbDouble, url: string }> {
  const server = new MongodbDouble()
  test.teardown(async () => await server.close())
  await server.listen()
  return { server, url: `mongodb://${server.user}:${server.password}@127.0.0.1:${server.port}` }
}

function makeMongoose (test: Test): Mongoose {
  const own = new Mongoose()
  test.teardown(async () => await own.disconnect())
  return own
}

await t.test('mongoose() accepts mongoose, a connection, and a function', async (t) => {
  const { url } = await startServer(t)
  const own = makeMongoose(t)
  await own.connect(url)
  const second = own.createConnection(url)
  for (const source of [own, own.connection, second, () => own.connection]) {
    const details = { state: 'connected', version: '8.0.4', topology: 'Standalone', latencyMs: Number }
    t.match(await run(mongoose(source)), { status: 'UP', details })
  }
})

await t.test('mongoose() is DOWN before the connection, while it is closed, and UP across reconnects', async (t) => {
  const { url } = await startServer(t)
  const own = makeMongoose(t)
  const check = mongoose(own)
  const closed = { status: 'DOWN', details: { error: 'the connection is disconnected', state: 'disconnected' } }
  t.match(await run(check), closed)
  for (let count = 0; count < 2; count++) {
    await own.connect(url)
    t.match(await run(check), { status: 'UP', details: { state: 'connected' } })
    await own.disconnect()
    t.match(await run(check), closed, 'a closed client is not opened again')
  }
})

await t.test('mongoose() is DOWN while the connection is being closed, or has a state without a name', async (t) => {
  const connection = { readyState: 3, getClient: () => ({ db: () => undefined, on: () => undefined }), model: () => 0 }
  t.match(await run(mongoose(connection as never)), { details: { error: 'the connection is disconnecting' } })
  const odd = { ...connection, readyState: 99, getClient: () => undefined }
  t.match(await run(mongoose(odd as never)), { details: { error: 'the connection is not connected' } })
})

await t.test('mongoose() reports the reason while the server is lost, and recovers', async (t) => {
  const { server, url } = await startServer(t)
  const own = makeMongoose(t)
  await own.connect(url, { heartbeatFrequencyMS: 500, serverSelectionTimeoutMS: 300 })
  const check = mongoose(own.connection)
  t.match(await run(check), { status: 'UP' })
  const { port } = server
  await server.close()
  t.match(await run(check), { status: 'DOWN', details: { error: /ECONN|closed/ } })
  await server.listen(port)
  let last = await run(check)
  while (last.status !== 'UP') last = await run(check)
  t.match(last, { status: 'UP' })
})

await t.test('mongoose() throws when its connection or an option is invalid', (t) => {
  const own = new Mongoose()
  const cases = [
    [undefined, /^the check mongoose\(\) must be given mongoose, a Connection of mongoose, .*, got undefined/],
    [{ connection: {} }, /got an object/],
    [own.model('User', new own.Schema({})), /got a model of mongoose: pass Model\.db, its connection$/],
    ['mongodb://localhost', /got an address/]
  ] as const
  for (const [wrong, message] of cases) {
    t.throws(() => mongoose(wrong as never), { code: 'FST_MANAGEMENT_CLIENT_INVALID', message })
  }
  t.throws(() => mongoose(own, { writeable: true } as never), {
    code: 'FST_MANAGEMENT_OPTION_INVALID',
    message: /^unknown option "mongoose\(client\)\.writeable" \(did you mean "writable"\?\)/
  })
  t.end()
})
