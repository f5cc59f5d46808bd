import basicAuth from '@fastify/basic-auth'
import { testAuthHook } from '../support/guarded.js'

function basic (credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

await testAuthHook('@fastify/basic-auth', {
  register: async (app) => {
    await app.register(basicAuth, {
      authenticate: { realm: 'shop' },
      validate: async (user, password) => {
        if (user !== 'ops' || password !== 'sesame') await Promise.reject(new Error('who are you?'))
      }
    })
  },
  hook: (app) => app.basicAuth,
  authorization: basic('ops:sesame'),
  refused: [basic('ops:simsim'), 'Basic', 'Bearer sesame'],
  challenge: 'Basic realm="shop", charset="UTF-8"'
})
