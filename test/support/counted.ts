/** An object with many keys that counts the accesses to it. */
export interface CountedObject {
  readonly value: Record<string, unknown>
  /** The number of times that all keys were listed. */
  readonly lists: () => number
  /** The number of keys that were read. */
  readonly reads: () => number
}

/** Creates an object with the keys `k0`, `k1` and so on. `own` adds further keys with their values. */
export function countedObject (keys: number, own: Readonly<Record<string, unknown>> = {}): CountedObject {
  let [lists, reads] = [0, 0]
  const names = [...Object.keys(own), ...Array.from({ length: keys }, (_, at) => `k${at}`)]
  const value = new Proxy<Record<string, unknown>>({ ...own }, {
    ownKeys () {
      lists += 1
      return names
    },
    getOwnPropertyDescriptor: (target, key) =>
      Reflect.getOwnPropertyDescriptor(target, key) ??
      (/^k\d+$/.test(String(key)) ? { value: key, enumerable: true, configurable: true } : undefined),
    get (target, key): unknown {
      if (!/^k\d+$/.test(String(key))) return Reflect.get(target, key)
      reads += 1
      return key
    }
  })
  return { value, lists: () => lists, reads: () => reads }
}
