// What each contestant has in common: what it is told, and how it tells where it listens.

export const HOST = '127.0.0.1'

/** `scene` is what its check does, `count` how many checks or components there are, `plugin` whether the app has the plugin. */
export const { scene = 'none', count = 0, interval = 1_000, plugin = true } = JSON.parse(process.argv[2] ?? '{}')

let calls = 0
let live = 0

const SCENES = {
  none: undefined,
  passing: () => true,
  slow: () => new Promise((resolve) => { setTimeout(resolve, 200, true) }),
  hung: () => new Promise(() => undefined)
}

/** The check that the scene asks for, its calls counted; `undefined` where it asks for none. One is live until it ends, or is told to. */
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
  /** In microseconds, as the operating system counts it. */
  cpuTime: () => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** In bytes, after a forced collection. */
  heapUsed: () => {
    globalThis.gc()
    return process.memoryUsage().heapUsed
  }
}

/** Tells where it listens, answers what is asked of it, and ends with the process that started it. */
export function listensOn (port, path) {
  process.on('message', (question) => process.send(ANSWERS[question]()))
  process.on('disconnect', () => process.exit())
  process.send(`http://${HOST}:${port}${path}`)
}
