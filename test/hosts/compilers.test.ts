import { livesIn, ownRoutes } from '../support/host.js'

await livesIn('an app with compilers, serializers and a schema controller of its own', {
  fastify: () => ({
    ajv: { mode: 'JTD' },
    serializerOpts: { mode: 'standalone' },
    schemaErrorFormatter: (errors) => new Error(`${errors.length} mistakes`),
    schemaController: {
      compilersFactory: {
        buildValidator: () => () => Object.assign((data: unknown): data is unknown => data !== null, { schema: {}, schemaEnv: undefined as never }),
        buildSerializer: () => () => (data) => `built ${JSON.stringify(data)}`
      }
    }
  }),
  setUp: (app) => {
    app.setValidatorCompiler(() => (data: unknown) => ({ value: { validated: data } }))
    app.setSerializerCompiler(() => (data) => `serialized ${JSON.stringify(data)}`)
    app.setReplySerializer((payload) => `mine ${JSON.stringify(payload)}`)
    app.setSchemaErrorFormatter(() => new Error('not like that'))
    ownRoutes(app)
  }
})

await livesIn('an app whose compilers refuse every schema that is not theirs', {
  setUp: (app) => {
    const refuse = ({ url = '' }: { readonly url?: string }): never => { throw new Error(`no schema of mine at ${url}`) }
    app.setValidatorCompiler(refuse)
    app.setSerializerCompiler(refuse)
    app.get('/', () => 'home')
  }
})
