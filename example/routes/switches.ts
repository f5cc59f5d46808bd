import type { FastifyPluginCallback } from 'fastify'
import type { Breakable } from '../breakable.js'

const ACTIONS = ['break', 'hang', 'mend'] as const

/**
 * `POST /break/db`, `/hang/db`, `/mend/db`, and the same for `inventory`. These routes are open to every client. They
 * exist for the example only; do not copy them.
 */
export const switches: FastifyPluginCallback = (fastify, _options, done) => {
  const parts: Readonly<Record<string, Breakable>> = { db: fastify.db, inventory: fastify.inventory }
  let last = Promise.resolve()

  for (const [name, part] of Object.entries(parts)) {
    for (const action of ACTIONS) {
      fastify.post(`/${action}/${name}`, async () => {
        // One at a time: a client that is closed twice would be opened twice.
        const turn = last.then(async () => await part[action]())
        last = turn.catch(() => undefined)
        await turn
        return { done: `${action} ${name}` }
      })
    }
  }
  done()
}
