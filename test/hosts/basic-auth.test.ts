import basicAuth from '@fastify/basic-auth'
import { guards } from '../support/guarded.js'

function basic (credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

await guards('@fastify/basic-auth', {
  plug: async (app) => {
    await app.register(basicAuth, {
      authenticate: { realm: 'shop' },
      validate: async (user, password) => { if (user !== 'ops' || password !== 'sesame') await Promise.reject(new Error('who are you?')) }
    })
  },
  hook: (app) => app.basicAuth,
  authorization: basic('ops:sesame'),
  wrong: [basic('ops:simsim'), 'Basic', 'Bearer sesame'],
  challenge: 'Basic realm="shop", charset="UTF-8"'
})
