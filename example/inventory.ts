import Fastify from 'fastify'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import management from 'fastify-management-endpoints'
import Type from 'typebox'
import type { Static } from 'typebox'
import type { Breakable } from './breakable.js'

const HOST = '127.0.0.1'

const Params = Type.Object({ id: Type.Integer({ minimum: 1 }) })
export const Stock = Type.Object({ copies: Type.Integer({ minimum: 0 }) })

/** How many copies of which book are on the shelves. */
const SHELVES: ReadonlyMap<number, number> = new Map([[1, 3], [2, 12]])

/** The service that the bookshop depends on: another Fastify app, with management endpoints of its own, on a port of its own. */
export class Inventory implements Breakable {
  readonly #log: FastifyBaseLogger
  #service: FastifyInstance | undefined
  #port: number
  #gate: Promise<void> | undefined
  #repair: (() => void | Promise<void>) | undefined

  /** @param port to listen on, 0 for one that is free; kept when the service is stopped and started again */
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
    await service.register(management, { name: 'inventory', version: '2.1.0', checks: { readiness: { shelves: () => SHELVES.size > 0 } } })
    service.get<{ Params: Static<typeof Params> }>('/stock/:id', { schema: { params: Params, response: { 200: Stock } } },
      ({ params }) => ({ copies: SHELVES.get(params.id) ?? 0 }))
    await service.listen({ port: this.#port, host: HOST })
    this.#port = portOf(service)
    this.#service = service
  }

  async close (): Promise<void> {
    if (this.#gate !== undefined) await this.mend() // Or it would wait for those who wait for it.
    await this.#service?.close()
  }

  /** Stops the service, so that connections to it are refused. */
  async break (): Promise<void> {
    await this.mend()
    await this.#service?.close()
    this.#repair = async () => await this.start()
  }

  /** Makes the service take connections and requests, and answer none. */
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
