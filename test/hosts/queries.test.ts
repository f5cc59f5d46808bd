import { livesIn, ownRoutes } from '../support/host.js'

await livesIn('an app that reads queries in its own way, and throws them away', {
  fastify: () => ({ routerOptions: { querystringParser: (text) => ({ parsed: text }) } }),
  setUp: (app) => {
    app.addHook('preValidation', async (request) => { request.query = null; await Promise.resolve() })
    ownRoutes(app)
  }
})
