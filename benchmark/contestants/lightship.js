// It has a server of its own, and no checks that a probe would run.
import { Server } from 'node:net'
import { createLightship } from 'lightship'
import { HOST, listensOn } from './contestant.js'

// It listens on all addresses, and cannot be told otherwise.
const { listen } = Server.prototype
Server.prototype.listen = function (options, ...rest) {
  return listen.call(this, { ...options, host: HOST }, ...rest)
}
const lightship = await createLightship()
lightship.signalReady()
listensOn(lightship.server.address().port, '/live')
