import bearerAuth from '@fastify/bearer-auth'
import type { FastifyInstance } from 'fastify'
import { guards } from '../support/guarded.js'

const KEYS = ['sesame']

const bearer = {
  plug: async (app: FastifyInstance) => { await app.register(bearerAuth, { keys: KEYS, addHook: false }) },
  authorization: 'Bearer sesame',
  wrong: ['Bearer simsim', 'Bearer', 'Basic sesame']
}

await guards('@fastify/bearer-auth, that hands on an error,', {
  ...bearer,
  hook: ({ verifyBearerAuth }) => {
    if (verifyBearerAuth === undefined) throw new Error('there is no such hook')
    return verifyBearerAuth
  }
})

await guards('@fastify/bearer-auth, that answers by itself,', {
  ...bearer,
  hook: ({ verifyBearerAuthFactory }) => {
    if (verifyBearerAuthFactory === undefined) throw new Error('there is no such factory')
    return verifyBearerAuthFactory({ keys: KEYS })
  }
})
