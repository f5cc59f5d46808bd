import { connect } from 'amqplib'
import type { ChannelModel } from 'amqplib'
import t from 'tap'
import { rabbitmq } from '../../../lib/checks/clients/rabbitmq/rabbitmq.js'
import { missing, startServer } from '../../support/servers/index.js'
import { EXPECTED } from './expected.js'
import { proveFaults } from './prove.js'
import type { Address, Connect } from './prove.js'

/** Each fault takes a while to be detected and to end. */
t.setTimeout(600_000)

const REOPEN_DELAY_MS = 250

/** An app's connection. The app reopens it after a loss, because amqplib does not. */
class ReopenedConnection {
  readonly #url: string
  #current: ChannelModel | undefined
  #error: unknown
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor ({ host, port, user, password }: Address) {
    this.#url = `amqp://${user}:${encodeURIComponent(password)}@${host}:${port}`
  }

  get current (): ChannelModel {
    if (this.#current === undefined) throw this.#error
    return this.#current
  }

  async open (): Promise<void> {
    try {
      const connection = await connect(this.#url, { timeout: 10_000 })
      connection.on('error', (error) => { this.#error = error })
      connection.on('close', () => this.#openLater())
      if (this.#isClosed) await connection.close()
      this.#current = connection
    } catch (error) {
      this.#error = error
      this.#openLater()
    }
  }

  async close (): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#current?.close()
  }

  #openLater (): void {
    this.#current = undefined
    if (!this.#isClosed) this.#timer = setTimeout(() => { void this.open() }, REOPEN_DELAY_MS)
  }
}

const connectAmqplib: Connect = async (address) => {
  const connection = new ReopenedConnection(address)
  await connection.open()
  return { check: rabbitmq(() => connection.current), close: async () => await connection.close() }
}

await t.test('RabbitMQ', { skip: missing('rabbitmq') }, async (t) => {
  const server = await startServer(t, 'rabbitmq')
  await t.test('amqplib', async (t) => {
    await proveFaults(t, { server, connect: connectAmqplib, expected: EXPECTED.amqplib })
  })
})
