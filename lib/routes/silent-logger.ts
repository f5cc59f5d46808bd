import type { FastifyBaseLogger, FastifyInstance, LogLevel } from 'fastify'
import { lazyChildren } from './lazy-child.js'

const LEVELS: readonly PropertyKey[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace']

/** The name of Fastify's own factory, which calls `child()` of the logger. */
const DEFAULT_FACTORY = 'defaultChildLoggerFactory'

/**
 * Gives the requests of an instance a logger that writes nothing. It works with every logger: other loggers than
 * pino may not know the level `silent`. The app's own factory still creates the logger, so hooks of the app find
 * all its properties.
 */
export function setSilentLogger (instance: FastifyInstance, host: FastifyInstance): void {
  const parent = silentParent(host.log)
  const lazyChild = parent && lazyChildren(parent)
  instance.setChildLoggerFactory(function silentLogger (logger, bindings, options, rawRequest) {
    // Read at each request, because the app may set its factory later.
    const factory = host.childLoggerFactory
    if (lazyChild !== undefined && factory.name === DEFAULT_FACTORY) return lazyChild(bindings, options)
    return silenced(factory.call(this, parent ?? logger, bindings, options, rawRequest))
  })
}

/** Saves time with pino: a child of a silent logger takes half as long as a child that is silenced later. */
function silentParent (log: Logger): FastifyBaseLogger | undefined {
  return isPino(log) && supportedLevel(log, 'silent') !== undefined ? log.child({}, { level: 'silent' }) : undefined
}

/** Returns the level, or `undefined` if the app's logger has no level `silent`: Fastify would refuse the route. */
export function supportedLevel (log: Logger, level: LogLevel): LogLevel | undefined {
  const known = log.levels?.values
  return level === 'silent' && known !== undefined && !Object.hasOwn(known, level) ? undefined : level
}

type Logger = FastifyBaseLogger & {
  readonly isLevelEnabled?: (level: string) => boolean
  readonly levels?: { readonly values?: object }
}

function silenced (log: Logger): FastifyBaseLogger {
  return isPino(log) && !log.isLevelEnabled('fatal') ? log : withoutLevels(log)
}

function isPino (log: Logger): log is Logger & { readonly isLevelEnabled: (level: string) => boolean } {
  return typeof log.isLevelEnabled === 'function'
}

/**
 * Returns a proxy of a logger with empty log methods. All other methods are called on the logger itself: on a
 * proxy, a method cannot read private fields. The proxy's target is empty, because a frozen logger as the target
 * would allow no other values.
 */
function withoutLevels (log: Logger): FastifyBaseLogger {
  const levels = new Set<PropertyKey>([...LEVELS, ...Object.keys(log.levels?.values ?? {})])
  const target: Partial<FastifyBaseLogger> = {}
  return new Proxy(target, {
    get (_target, key) {
      if (levels.has(key)) return () => undefined
      if (key === 'level') return 'silent'
      if (key === 'child') {
        return (...parameters: Parameters<FastifyBaseLogger['child']>) => withoutLevels(log.child(...parameters))
      }
      const value: unknown = Reflect.get(log, key)
      return typeof value === 'function' ? value.bind(log) as unknown : value
    },
    set: (_target, key, value) => key === 'level' || Reflect.set(log, key, value),
    has: (_target, key) => key in log
  }) as FastifyBaseLogger
}
