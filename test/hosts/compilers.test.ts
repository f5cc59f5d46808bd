import { testHost, ownRoutes } from '../support/host.js'

await testHost('an app with its own compilers, serializers and schema controller', {
  fastify: () => ({
    ajv: { mode: 'JTD' },
    serializerOpts: { mode: 'standalone' },
    schemaErrorFormatter: (errors) => new Error(`${errors.length} mistakes`),
    schemaController: {
      compilersFactory: {
        buildValidator: () => () =>
          Object.assign((data: unknown): data is unknown => data !== null, {
            schema: {},
            schemaEnv: undefined as never
          }),
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

await testHost('an app whose compilers throw for every unknown schema', {
  setUp: (app) => {
    const refuse = ({ url = '' }: { readonly url?: string }): never => { throw new Error(`unknown schema of ${url}`) }
    app.setValidatorCompiler(refuse)
    app.setSerializerCompiler(refuse)
    app.get('/', () => 'home')
  }
})
