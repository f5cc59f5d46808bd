import { livesIn, ownRoutes } from '../support/host.js'

await livesIn('an app that makes the loggers of its requests itself', {
  fastify: () => ({ logger: { level: 'silent' }, genReqId: () => 'an id', requestIdHeader: 'x-id', requestIdLogLabel: 'id' }),
  setUp: (app) => {
    app.setChildLoggerFactory((logger, bindings, options) => Object.assign(logger.child(bindings, options), { mine: true }))
    app.setGenReqId(() => 'another')
    app.addHook('onRequest', async (request, reply) => {
      if (!('mine' in request.log)) await reply.code(500).send('its logger is not the app\'s own')
    })
    ownRoutes(app)
  }
})
