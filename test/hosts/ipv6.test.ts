import { request } from 'node:http'
import { portOf } from '../support/app.js'
import { livesIn, ownRoutes, receive } from '../support/host.js'

await livesIn('an app that listens on IPv6', {
  setUp: ownRoutes,
  listen: { host: '::1', port: 0 },
  client: async (app, sent) => await receive(request, { host: '::1', port: portOf(app.server) }, sent)
})
