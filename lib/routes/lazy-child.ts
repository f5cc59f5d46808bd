import type { FastifyBaseLogger, FastifyInstance } from 'fastify'

type ChildFactory = FastifyInstance['childLoggerFactory']

/** Creates a child of a fixed logger. */
export type MakeChild = (bindings: Parameters<ChildFactory>[1], options: Parameters<ChildFactory>[2]) =>
FastifyBaseLogger

/** The methods that read or write what a child has of its own. */
const OWN_METHODS = ['child', 'bindings', 'setBindings'] as const
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const

/**
 * Returns a function that creates children of a silent pino logger. A child is created in full when a hook of the app
 * first needs it, for example for its bindings. Few hooks do, and a full child takes a tenth of the time of a probe.
 *
 * Returns `undefined` if the app watches the creation of children.
 *
 * @see https://github.com/pinojs/pino/blob/main/docs/api.md the option `onChild`
 */
export function lazyChildren (parent: FastifyBaseLogger): MakeChild | undefined {
  if ((Reflect.get(parent, 'onChild') as Partial<CallableFunction> | undefined)?.name !== 'noop') return undefined
  class LazyChild {
    #own: Parameters<MakeChild> | undefined

    constructor (...own: Parameters<MakeChild>) {
      this.#own = own
    }

    /** A child of this child is an object that inherits from it, and has no private fields. */
    static complete (this: void, child: object): void {
      if (!(#own in child) || child.#own === undefined) return
      const own = child.#own
      child.#own = undefined
      Object.assign(child, parent.child(...own))
    }

    get level (): unknown {
      return Reflect.get(parent, 'level', this)
    }

    set level (level: unknown) {
      LazyChild.complete(this)
      Reflect.set(parent, 'level', level, this)
    }
  }
  const methods = OWN_METHODS.map((name) =>
    [name, completing(Reflect.get(parent, name) as CallableFunction, LazyChild.complete)] as const)
  // Methods of the class itself are found faster than inherited methods. Fastify looks for each of them.
  const silent = LEVELS.map((level) => [level, parent[level]] as const)
  Object.setPrototypeOf(LazyChild.prototype, parent)
  Object.assign(LazyChild.prototype, Object.fromEntries([...methods, ...silent]))
  return (bindings, options) => new LazyChild(bindings, options) as unknown as FastifyBaseLogger
}

function completing (method: CallableFunction, complete: (child: object) => void): CallableFunction {
  return function (this: object, ...parameters: unknown[]): unknown {
    complete(this)
    return Reflect.apply(method, this, parameters)
  }
}
