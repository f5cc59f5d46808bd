import type { FastifyInstance } from 'fastify'
import type { FoundClient } from './find-clients.js'
import type { HealthEngine } from '../../health/engine.js'
import type { Kind } from '../../health/kind.js'

type FindClients = (instance: object) => readonly FoundClient[]

/** The names of the checks that were added, and of those that there were already. */
interface Added {
  readonly added: readonly string[]
  readonly taken: readonly string[]
}

/** Letters that a decorator's name may have, and a check's may not. */
const FOREIGN = /[^\w.-]/g
const LONGEST_NAME = 100

/** Adds a check for each client that the official plugins have decorated the app with, in any scope from this one down. */
export class AutoChecks {
  readonly #findClients: FindClients
  readonly #kinds: readonly Kind[]
  readonly #scopes: FastifyInstance[]

  private constructor (fastify: FastifyInstance, kinds: readonly Kind[], findClients: FindClients) {
    this.#findClients = findClients
    this.#kinds = kinds
    this.#scopes = [fastify]
    fastify.addHook('onRegister', (scope) => { this.#scopes.push(scope) })
  }

  /** Watches for scopes from now on. What an app without it does not need is not loaded by it. */
  static async watch (fastify: FastifyInstance, kinds: readonly Kind[]): Promise<AutoChecks> {
    const { findClients } = await import('./find-clients.js')
    return new AutoChecks(fastify, kinds, findClients)
  }

  /** Adds the checks, but none in the place of one that is there. */
  addTo (engine: HealthEngine): Added {
    const checks = [...this.#checks(engine.kinds)]
    const added = checks.filter(([name, makeCheck]) => engine.addAutomatic(this.#kinds, name, makeCheck)).map(([name]) => name)
    return { added, taken: checks.map(([name]) => name).filter((name) => !added.includes(name)) }
  }

  /** Each client once, under a name that neither another of them nor a kind has. */
  #checks (kinds: Iterable<Kind>): ReadonlyMap<string, FoundClient['makeCheck']> {
    const clients = new Set<object>()
    const checks = new Map<string, FoundClient['makeCheck']>()
    const reserved = [...kinds].map((kind) => kind.toLowerCase())
    for (const { name, client, makeCheck } of this.#scopes.flatMap((scope) => this.#findClients(scope))) {
      if (clients.has(client)) continue
      clients.add(client)
      checks.set(freeName(name.replace(FOREIGN, '_').slice(0, LONGEST_NAME), (name) => checks.has(name) || reserved.includes(name.toLowerCase())), makeCheck)
    }
    return checks
  }
}

/** Numbers what is found again in another scope. */
function freeName (name: string, isTaken: (name: string) => boolean): string {
  let free = name
  for (let count = 2; isTaken(free); count++) free = `${name.slice(0, LONGEST_NAME - 5)}-${count}`
  return free
}
