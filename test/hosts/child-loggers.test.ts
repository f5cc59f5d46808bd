import { testHost, ownRoutes } from '../support/host.js'

await testHost('an app with its own child logger factory', {
  fastify: () => ({
    logger: { level: 'silent' },
    genReqId: () => 'an id',
    requestIdHeader: 'x-id',
    requestIdLogLabel: 'id'
  }),
  setUp: (app) => {
    app.setChildLoggerFactory((logger, bindings, options) =>
      Object.assign(logger.child(bindings, options), { mine: true })
    )
    app.setGenReqId(() => 'another')
    app.addHook('onRequest', async (request, reply) => {
      if (!('mine' in request.log)) await reply.code(500).send('the logger does not come from the factory of the app')
    })
    ownRoutes(app)
  }
})
