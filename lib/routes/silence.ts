import type { FastifyBaseLogger, FastifyInstance, LogLevel } from 'fastify'

const LEVELS: readonly PropertyKey[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace']

/**
 * Gives the requests of an instance a logger that says nothing, whatever the make of the app's own: a level of `silent`
 * is pino's word, and another logger need not know it. It is still what the app makes for its requests, with all that a
 * hook of the app may look for in it.
 */
export function silence (instance: FastifyInstance, host: FastifyInstance): void {
  const parent = silentParent(host.log)
  instance.setChildLoggerFactory(function silentLogger (logger, bindings, options, rawRequest) {
    // Asked for each time: the app may set its own after this.
    return silenced(host.childLoggerFactory.call(this, parent ?? logger, bindings, options, rawRequest))
  })
}

/** Where the app's logger is pino: the child of one that is silent is made in half the time of one that is to become silent. */
function silentParent (log: Logger): FastifyBaseLogger | undefined {
  return isPino(log) && levelFor(log, 'silent') !== undefined ? log.child({}, { level: 'silent' }) : undefined
}

/** The log level of a route, where there is one to be had: Fastify refuses one that is not among those of the app's logger. */
export function levelFor (log: Logger, level: LogLevel): LogLevel | undefined {
  const known = log.levels?.values
  return level === 'silent' && known !== undefined && !Object.hasOwn(known, level) ? undefined : level
}

type Logger = FastifyBaseLogger & { readonly isLevelEnabled?: (level: string) => boolean, readonly levels?: { readonly values?: object } }

function silenced (log: Logger): FastifyBaseLogger {
  return isPino(log) && !log.isLevelEnabled('fatal') ? log : withoutLevels(log)
}

function isPino (log: Logger): log is Logger & { readonly isLevelEnabled: (level: string) => boolean } {
  return typeof log.isLevelEnabled === 'function'
}

/** A view of a logger, whose methods run on the logger itself: one with private fields knows no other. */
function withoutLevels (log: Logger): FastifyBaseLogger {
  const levels = new Set<PropertyKey>([...LEVELS, ...Object.keys(log.levels?.values ?? {})])
  const view: Partial<FastifyBaseLogger> = {}
  return new Proxy(view, {
    get (_view, key) {
      if (levels.has(key)) return () => undefined
      if (key === 'level') return 'silent'
      if (key === 'child') return (...given: Parameters<FastifyBaseLogger['child']>) => withoutLevels(log.child(...given))
      const value: unknown = Reflect.get(log, key)
      return typeof value === 'function' ? value.bind(log) as unknown : value
    },
    set: (_view, key, value) => key === 'level' || Reflect.set(log, key, value),
    has: (_view, key) => key in log
  }) as FastifyBaseLogger
}
