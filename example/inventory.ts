import Fastify from 'fastify'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import management from 'fastify-management-endpoints'
import Type from 'typebox'
import type { Static } from 'typebox'
import type { Breakable } from './breakable.js'

const HOST = '127.0.0.1'

const Params = Type.Object({ id: Type.Integer({ minimum: 1 }) })
export const Stock = Type.Object({ copies: Type.Integer({ minimum: 0 }) })

/** The number of copies of each book. */
const SHELVES: ReadonlyMap<number, number> = new Map([[1, 3], [2, 12]])

/** The service that the bookshop depends on: another Fastify app with its own port and management endpoints. */
export class Inventory implements Breakable {
  readonly #log: FastifyBaseLogger
  #service: FastifyInstance | undefined
  #port: number
  #gate: Promise<void> | undefined
  #repair: (() => void | Promise<void>) | undefined

  /** @param port the port to listen on; 0 takes a free port. The port stays the same when the service restarts. */
  constructor (port: number, log: FastifyBaseLogger) {
    this.#port = port
    this.#log = log
  }

  get address (): string {
    return `http://${HOST}:${this.#port}`
  }

  async start (): Promise<void> {
    const service: FastifyInstance = Fastify({ loggerInstance: this.#log })
    service.addHook('onRequest', async () => await this.#gate)
    await service.register(management, {
      name: 'inventory',
      version: '2.1.0',
      checks: { readiness: { shelves: () => SHELVES.size > 0 } }
    })
    service.get<{ Params: Static<typeof Params> }>(
      '/stock/:id',
      { schema: { params: Params, response: { 200: Stock } } },
      ({ params }) => ({ copies: SHELVES.get(params.id) ?? 0 })
    )
    await service.listen({ port: this.#port, host: HOST })
    this.#port = portOf(service)
    this.#service = service
  }

  async close (): Promise<void> {
    if (this.#gate !== undefined) await this.mend() // Otherwise it would wait for requests that wait for it.
    await this.#service?.close()
  }

  /** Stops the service, so that connections to it are refused. */
  async break (): Promise<void> {
    await this.mend()
    await this.#service?.close()
    this.#repair = async () => await this.start()
  }

  /** Makes the service accept connections and requests without answering. */
  async hang (): Promise<void> {
    await this.mend()
    this.#gate = new Promise((resolve) => {
      this.#repair = () => {
        this.#gate = undefined
        resolve()
      }
    })
  }

  async mend (): Promise<void> {
    await this.#repair?.()
    this.#repair = undefined
  }
}

function portOf ({ server }: FastifyInstance): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the inventory does not listen on a port')
  return address.port
}
