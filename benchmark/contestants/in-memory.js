// Compares liveness probes of two apps in one process, over sockets in memory: no system calls, and the same compiler
// and garbage collector for both. Sends the ratios of CPU times, one per round: this package to a bare route.
import { Duplex } from 'node:stream'
import Fastify from 'fastify'
import management from 'fastify-management-endpoints'

const [rounds, amount] = process.argv.slice(2).map(Number)
const PATH = '/z/health/liveness'
const BODY = '{"status":"UP"}'
const HEADERS = { 'cache-control': 'no-store, max-age=0, private', pragma: 'no-cache', expires: '0' }

/** A bare route that logs nothing, with the same headers and the same body. */
async function bareApp () {
  const fastify = Fastify({ logger: true })
  fastify.get(PATH, { logLevel: 'silent' }, (_request, reply) => {
    reply.headers(HEADERS).type('application/json; charset=utf-8').send(BODY)
  })
  await fastify.ready()
  return fastify
}

async function managedApp () {
  const fastify = Fastify({ logger: true })
  await fastify.register(management)
  await fastify.ready()
  return fastify
}

const REQUEST = Buffer.from(`GET ${PATH} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: kube-probe/1.30\r\n\r\n`)

/** A connection of a client. It sends the next request after each answer. */
class Connection extends Duplex {
  #left = 0
  #done

  _read () {}

  _write (chunk, _encoding, done) {
    done()
    // Node marks the end of an answer with an empty chunk.
    if (chunk.length === 0) return
    const text = chunk.toString('latin1')
    if (!text.startsWith('HTTP/1.1 200') || !text.endsWith(BODY)) throw new Error(`unexpected answer: ${text}`)
    this.#left -= 1
    if (this.#left === 0) this.#done()
    else setImmediate(() => this.push(REQUEST))
  }

  async send (amount) {
    this.#left = amount
    await new Promise((resolve) => {
      this.#done = resolve
      this.push(REQUEST)
    })
  }
}

function connect ({ server }) {
  const connection = new Connection()
  server.emit('connection', connection)
  return connection
}

/** CPU time of the requests, in microseconds. */
async function cpuTimeOf (connection, amount) {
  const before = process.cpuUsage()
  await connection.send(amount)
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const [bare, managed] = [connect(await bareApp()), connect(await managedApp())]
// Warms up the compiler.
for (const connection of [bare, managed, bare, managed]) await connection.send(amount * 5)

const ratios = []
for (let round = 0; round < rounds; round++) {
  const [own, other] = [await cpuTimeOf(managed, amount), await cpuTimeOf(bare, amount)]
  ratios.push(own / other)
}
process.send(ratios)
process.on('disconnect', () => process.exit())
