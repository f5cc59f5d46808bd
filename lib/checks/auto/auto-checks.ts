import type { FastifyInstance } from 'fastify'
import type { FoundClient } from './find-clients.js'
import type { HealthEngine } from '../../health/engine.js'
import type { Kind } from '../../health/kind.js'

type FindClients = (instance: object) => readonly FoundClient[]

/** The names of the found clients, split by whether a check was added. */
interface AddedChecks {
  readonly added: readonly string[]
  /** The names under which the app has its own check. */
  readonly taken: readonly string[]
}

/** Characters that a decorator's name may have and a check's name may not. */
const INVALID_CHARACTERS = /[^\w.-]/g
const MAX_NAME_LENGTH = 100

/** Adds a check for each client with which an official plugin has decorated this scope or a scope below it. */
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

  /**
   * Starts to collect scopes. Imports the client checks here, so that an app without `autoChecks` does not load them.
   */
  static async watch (fastify: FastifyInstance, kinds: readonly Kind[]): Promise<AutoChecks> {
    const { findClients } = await import('./find-clients.js')
    return new AutoChecks(fastify, kinds, findClients)
  }

  /** Adds the checks, except under names that the app has used for its own checks. */
  addTo (engine: HealthEngine): AddedChecks {
    const added: string[] = []
    const taken: string[] = []
    for (const [name, makeCheck] of this.#checks(engine.kinds)) {
      const names = engine.addAutomatic(this.#kinds, name, makeCheck) ? added : taken
      names.push(name)
    }
    return { added, taken }
  }

  /** Lists each client once, under a name that no other client and no kind has. */
  #checks (kinds: Iterable<Kind>): ReadonlyMap<string, FoundClient['makeCheck']> {
    const seen = new Set<object>()
    const checks = new Map<string, FoundClient['makeCheck']>()
    const reserved = [...kinds].map((kind) => kind.toLowerCase())
    const isTaken = (name: string): boolean => checks.has(name) || reserved.includes(name.toLowerCase())
    for (const { name, client, makeCheck } of this.#scopes.flatMap((scope) => this.#findClients(scope))) {
      if (seen.has(client)) continue
      seen.add(client)
      const validName = name.replace(INVALID_CHARACTERS, '_').slice(0, MAX_NAME_LENGTH)
      checks.set(freeName(validName, isTaken), makeCheck)
    }
    return checks
  }
}

/** Appends a number to a name that is taken. */
function freeName (name: string, isTaken: (name: string) => boolean): string {
  let free = name
  for (let count = 2; isTaken(free); count++) free = `${name.slice(0, MAX_NAME_LENGTH - 5)}-${count}`
  return free
}
