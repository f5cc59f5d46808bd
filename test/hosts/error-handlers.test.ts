import type { FastifyReply, FastifyRequest } from 'fastify'
import { testHost, ownRoutes } from '../support/host.js'

await testHost('an app with its own error and not-found handlers', {
  setUp: (app) => {
    app.setErrorHandler(async (error: Error, _request, reply) => await reply.code(499).send({ mine: error.message }))
    const preHandler = async (_request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      await Promise.resolve()
      void reply.header('x-not', 'found')
    }
    app.setNotFoundHandler({ preHandler }, async (_request, reply) => await reply.code(404).send('mine'))
    ownRoutes(app)
  }
})
