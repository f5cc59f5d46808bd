// The common parts of all contestants: their settings, and their messages to the parent process.

export const HOST = '127.0.0.1'

/**
 * `scene` is the behavior of the check, and `count` the number of checks or components. `interval` is the interval of
 * background checks. `plugin` says whether the app registers the plugin, and `observation` with which options.
 * `thread` says whether its own port has a thread.
 */
export const { scene = 'none', count = 0, interval = 1_000, plugin = true, observation = 'page', thread = false } =
  JSON.parse(process.argv[2] ?? '{}')

let calls = 0
let live = 0

const SCENES = {
  none: undefined,
  passing: () => true,
  slow: () => new Promise((resolve) => { setTimeout(resolve, 200, true) }),
  hung: () => new Promise(() => undefined)
}

/** The check of the scene, or `undefined`. Its calls are counted. A call is live until it ends or is aborted. */
export const check = SCENES[scene] && (async (context) => {
  calls += 1
  live += 1
  context?.signal?.addEventListener('abort', () => { live -= 1 })
  const result = await SCENES[scene]()
  live -= 1
  return result
})

const ANSWERS = {
  calls: () => calls,
  live: () => live,
  /** In microseconds, as the operating system counts. */
  cpuTime: () => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** The resident memory of all its threads, in bytes. */
  residentMemory: () => process.memoryUsage.rss(),
  /** In bytes, after a forced garbage collection. */
  heapUsed: () => {
    globalThis.gc()
    return process.memoryUsage().heapUsed
  }
}

/** Sends the URL to the parent process, answers its messages, and ends together with it. */
export function listensOn (port, path) {
  process.on('message', (name) => process.send(ANSWERS[name]()))
  process.on('disconnect', () => process.exit())
  process.send(`http://${HOST}:${port}${path}`)
}
