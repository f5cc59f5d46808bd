import { livesIn, ownRoutes } from '../support/host.js'

await livesIn('an app that puts everything into an envelope', {
  setUp: (app) => {
    app.addHook('preSerialization', async (_request, _reply, payload) => await Promise.resolve({ data: payload, ok: true }))
    ownRoutes(app)
  }
})
