// Measures the import of packages, or the registration of a plugin until the app is ready, in milliseconds.
import { performance } from 'node:perf_hooks'

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
    const fastify = Fastify()
    const started = performance.now()
    await fastify.register(plugin)
    for (let nth = 0; nth < Number(names[1] ?? 0); nth++) {
      fastify.management.addCheck('readiness', `check-${nth}`, () => undefined)
    }
    await fastify.ready()
    return performance.now() - started
  }
}

process.send(await WORK[what]())
process.on('disconnect', () => process.exit())
