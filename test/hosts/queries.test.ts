import { testHost, ownRoutes } from '../support/host.js'

await testHost('an app with its own query parser, which also removes the query', {
  fastify: () => ({ routerOptions: { querystringParser: (text) => ({ parsed: text }) } }),
  setUp: (app) => {
    app.addHook('preValidation', async (request) => { request.query = null; await Promise.resolve() })
    ownRoutes(app)
  }
})
