import type { FastifyPluginCallback } from 'fastify'
import type { Breakable } from '../breakable.js'

const ACTIONS = ['break', 'hang', 'mend'] as const

/**
 * `POST /break/db`, `/hang/db`, `/mend/db`, and the same for `inventory`. Open to whoever can reach the app: they are
 * what the example is for, and nothing to copy.
 */
export const switches: FastifyPluginCallback = (fastify, _options, done) => {
  const parts: Readonly<Record<string, Breakable>> = { db: fastify.db, inventory: fastify.inventory }
  let last = Promise.resolve()

  for (const [name, part] of Object.entries(parts)) {
    for (const action of ACTIONS) {
      fastify.post(`/${action}/${name}`, async () => {
        const turn = last.then(async () => await part[action]()) // One at a time: a client closed twice is opened twice.
        last = turn.catch(() => undefined)
        await turn
        return { done: `${action} ${name}` }
      })
    }
  }
  done()
}
