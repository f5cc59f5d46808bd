// Measures the import of packages (elapsed time), or the registration of a plugin or of bare routes until the app is
// ready (CPU time, without the import), in milliseconds.
import { performance } from 'node:perf_hooks'

/** The paths of this package. Fastify adds a HEAD route to each. */
const PATHS = [
  '/health/liveness', '/health/readiness', '/health/startup', '/health/ping', '/health/*', '/health', '/info',
  '/version', '/', '/history', '/ui', '/ui/page.css', '/ui/page.js'
]

const [what, ...names] = process.argv.slice(2)

const WORK = {
  async import () {
    const started = performance.now()
    for (const name of names) await import(name)
    return performance.now() - started
  },
  async register () {
    const { default: Fastify } = await import('fastify')
    const { default: plugin } = await import(names[0])
    // Imported here, because it loads prom-client, which one of the measured packages imports too.
    const { OBSERVATION } = await import('./observation.js')
    const fastify = Fastify()
    return await cpuTimeOf(async () => {
      await fastify.register(plugin, OBSERVATION[names[2] ?? 'page'])
      for (let nth = 0; nth < Number(names[1] ?? 0); nth++) {
        fastify.management.addCheck('readiness', `check-${nth}`, () => undefined)
      }
      await fastify.ready()
    })
  },
  async routes () {
    const { default: Fastify } = await import('fastify')
    const fastify = Fastify()
    return await cpuTimeOf(async () => {
      for (const path of PATHS) fastify.get(`/z${path}`, async () => 'UP')
      await fastify.ready()
    })
  }
}

/** The CPU time of all threads. The garbage of the imports is collected before, because it is not part of the work. */
async function cpuTimeOf (work) {
  globalThis.gc()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

process.send(await WORK[what]())
process.on('disconnect', () => process.exit())
