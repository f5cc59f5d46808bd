import bearerAuth from '@fastify/bearer-auth'
import type { FastifyInstance } from 'fastify'
import { testAuthHook } from '../support/guarded.js'

const KEYS = ['sesame']

const bearer = {
  register: async (app: FastifyInstance) => { await app.register(bearerAuth, { keys: KEYS, addHook: false }) },
  authorization: 'Bearer sesame',
  refused: ['Bearer simsim', 'Bearer', 'Basic sesame']
}

await testAuthHook('@fastify/bearer-auth (refuses with an error)', {
  ...bearer,
  hook: ({ verifyBearerAuth }) => {
    if (verifyBearerAuth === undefined) throw new Error('@fastify/bearer-auth did not decorate verifyBearerAuth')
    return verifyBearerAuth
  }
})

await testAuthHook('@fastify/bearer-auth (refuses with an answer)', {
  ...bearer,
  hook: ({ verifyBearerAuthFactory }) => {
    if (verifyBearerAuthFactory === undefined) {
      throw new Error('@fastify/bearer-auth did not decorate verifyBearerAuthFactory')
    }
    return verifyBearerAuthFactory({ keys: KEYS })
  }
})
