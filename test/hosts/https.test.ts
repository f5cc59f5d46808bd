import { request } from 'node:https'
import Fastify from 'fastify'
import { portOf } from '../support/app.js'
import { CERTIFICATE } from '../support/certificate.js'
import { asOverHttp, testHost, ownRoutes, sendWith } from '../support/host.js'
import type { Client } from '../support/host.js'

const client: Client = async (app, sent) => {
  const to = { host: '127.0.0.1', port: portOf(app.server), ca: CERTIFICATE.cert, servername: 'localhost' }
  return asOverHttp(sent, await sendWith(request, to, sent))
}

await testHost('an app that speaks HTTPS', { fastify: () => Fastify({ https: CERTIFICATE }), setUp: ownRoutes, client })
