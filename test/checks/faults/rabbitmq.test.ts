import { connect } from 'amqplib'
import type { ChannelModel } from 'amqplib'
import t from 'tap'
import { rabbitmq } from '../../../lib/checks/clients/rabbitmq/rabbitmq.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Address, Connect } from './prove.js'

/** Every fault takes a while to be seen and to be over. */
t.setTimeout(600_000)

const PAUSE_MS = 250

/** An app's connection, which it opens again when it is lost, as amqplib does not. */
class Connection {
  readonly #url: string
  #present: ChannelModel | undefined
  #error: unknown
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor ({ host, port, user, password }: Address) {
    this.#url = `amqp://${user}:${encodeURIComponent(password)}@${host}:${port}`
  }

  get present (): ChannelModel {
    if (this.#present === undefined) throw this.#error
    return this.#present
  }

  async open (): Promise<void> {
    try {
      const connection = await connect(this.#url, { timeout: 10_000 })
      connection.on('error', (error) => { this.#error = error })
      connection.on('close', () => this.#openLater())
      if (this.#isClosed) await connection.close()
      this.#present = connection
    } catch (error) {
      this.#error = error
      this.#openLater()
    }
  }

  async close (): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#present?.close()
  }

  #openLater (): void {
    this.#present = undefined
    if (!this.#isClosed) this.#timer = setTimeout(() => { void this.open() }, PAUSE_MS)
  }
}

const connectAmqplib: Connect = async (address) => {
  const connection = new Connection(address)
  await connection.open()
  return { check: rabbitmq(() => connection.present), close: async () => await connection.close() }
}

await t.test('RabbitMQ', { skip: missing('rabbitmq') }, async (t) => {
  const server = await startServer(t, 'rabbitmq')
  await t.test('amqplib', async (t) => await proveFaults(t, { server, connect: connectAmqplib, expected: EXPECTED.amqplib }))
})
