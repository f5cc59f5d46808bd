import { promises } from 'node:dns'
import type { LookupAddress, LookupAllOptions, LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { reasonOf } from '../../base/describe.js'

/** Finds all addresses of a name, as `dns.promises.lookup` does. */
export type FindAddresses = (name: string, options: LookupAllOptions) => Promise<LookupAddress[]>

/** At least one. */
type Addresses = [LookupAddress, ...LookupAddress[]]

/**
 * Finds addresses as the app's own connections do: by `getaddrinfo`, which knows the hosts file and the search domains. It cannot be
 * called off and holds one of libuv's four threads, so that a name is not looked up again while the answer before is still out.
 */
export class Lookup {
  readonly #find: FindAddresses
  readonly #open = new Map<string, Promise<LookupAddress[]>>()

  constructor (find: FindAddresses = promises.lookup) {
    this.#find = find
  }

  /** All addresses of a name. Rejects where there is none. */
  async all (name: string, options: LookupOptions = {}): Promise<Addresses> {
    const key = JSON.stringify([name, options.family ?? 0, options.hints ?? 0])
    const [first, ...more] = await (this.#open.get(key) ?? this.#begin(key, name, options))
    // A connection cannot do without one: given none, it throws where nobody catches.
    if (first === undefined) throw new Error(`${name} has no address`)
    return [first, ...more]
  }

  /** The option `lookup` of connections. */
  readonly forSocket: LookupFunction = (name, options, callback) => {
    this.all(name, options).then(
      (addresses) => {
        if (options.all === true) callback(null, addresses)
        else callback(null, addresses[0].address, addresses[0].family)
      },
      (error: unknown) => callback(new Error(reasonOf(error), { cause: error }), [])
    )
  }

  #begin (key: string, name: string, options: LookupOptions): Promise<LookupAddress[]> {
    const addresses = this.#find(name, { ...options, all: true }).finally(() => this.#open.delete(key))
    this.#open.set(key, addresses)
    return addresses
  }
}

/** One for all checks, so that several that ask for the same name hold one thread together. */
export const lookup = new Lookup()
