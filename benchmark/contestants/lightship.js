// lightship has its own server, and its probes run no checks.
import { Server } from 'node:net'
import { createLightship } from 'lightship'
import { HOST, listensOn } from './contestant.js'

// lightship always listens on all addresses, so this replaces the host.
const { listen } = Server.prototype
Server.prototype.listen = function (options, ...rest) {
  return listen.call(this, { ...options, host: HOST }, ...rest)
}
const lightship = await createLightship()
lightship.signalReady()
listensOn(lightship.server.address().port, '/live')
