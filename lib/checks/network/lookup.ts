import { promises } from 'node:dns'
import type { LookupAddress, LookupAllOptions, LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { reasonOf } from '../../base/describe.js'

/** Finds all addresses of a name, as `dns.promises.lookup` does. */
export type FindAddresses = (name: string, options: LookupAllOptions) => Promise<LookupAddress[]>

/** A list of at least one address. */
type Addresses = [LookupAddress, ...LookupAddress[]]

/**
 * Finds addresses as the app's own connections do, with `getaddrinfo`, which reads the hosts file and search domains. A
 * call of `getaddrinfo` cannot be cancelled and blocks one of libuv's four threads. Concurrent lookups of the same name
 * therefore share one call.
 */
export class Lookup {
  readonly #find: FindAddresses
  readonly #pending = new Map<string, Promise<LookupAddress[]>>()

  constructor (find: FindAddresses = async (name, options) => await promises.lookup(name, options)) {
    this.#find = find
  }

  /** Finds all addresses of a name. Rejects if the name has no address. */
  async all (name: string, options: LookupOptions = {}): Promise<Addresses> {
    const key = JSON.stringify([name, options.family ?? 0, options.hints ?? 0])
    const [first, ...more] = await (this.#pending.get(key) ?? this.#start(key, name, options))
    // Without an address, a connection would throw an error that cannot be caught.
    if (first === undefined) throw new Error(`${name} has no address`)
    return [first, ...more]
  }

  /** The value for the option `lookup` of a connection. */
  readonly forSocket: LookupFunction = (name, options, callback) => {
    this.all(name, options).then(
      (addresses) => {
        if (options.all === true) callback(null, addresses)
        else callback(null, addresses[0].address, addresses[0].family)
      },
      (error: unknown) => callback(new Error(reasonOf(error), { cause: error }), [])
    )
  }

  #start (key: string, name: string, options: LookupOptions): Promise<LookupAddress[]> {
    const addresses = this.#find(name, { ...options, all: true }).finally(() => this.#pending.delete(key))
    this.#pending.set(key, addresses)
    return addresses
  }
}

/** The lookup that all checks share, so that all checks of the same name block only one thread. */
export const lookup = new Lookup()
