import { request } from 'node:http'
import { portOf } from '../support/app.js'
import { testHost, ownRoutes, sendWith } from '../support/host.js'

await testHost('an app that listens on IPv6', {
  setUp: ownRoutes,
  listen: { host: '::1', port: 0 },
  client: async (app, sent) => await sendWith(request, { host: '::1', port: portOf(app.server) }, sent)
})
