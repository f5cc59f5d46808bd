import { testHost, ownRoutes } from '../support/host.js'

await testHost('an app with its own body parsers', {
  setUp: (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, { rows: body }))
    app.addContentTypeParser('*', (_request, payload, done) => {
      payload.resume()
      payload.once('end', () => done(null, { skipped: true }))
    })
    ownRoutes(app)
  }
})
