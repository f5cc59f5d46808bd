import { testHost, ownRoutes } from '../support/host.js'

await testHost('an app that wraps every payload in an envelope', {
  setUp: (app) => {
    app.addHook(
      'preSerialization',
      async (_request, _reply, payload) => await Promise.resolve({ data: payload, ok: true })
    )
    ownRoutes(app)
  }
})
