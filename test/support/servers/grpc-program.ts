// Runs a gRPC server with the health service as its own process. The arguments are its port, user and password.
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import type { handleUnaryCall } from '@grpc/grpc-js'
import { HEALTH, stateOf } from '../grpc-health.js'
import { SET_STATE } from './grpc.js'

const [port, , password = ''] = process.argv.slice(2)
let state = stateOf(1)

const check: handleUnaryCall<Buffer, Buffer> = ({ metadata }, answer) => {
  const [authorization] = metadata.get('authorization')
  if (authorization === `Bearer ${password}`) answer(null, state)
  else answer({ code: status.UNAUTHENTICATED, details: 'the token is wrong' })
}

const change: handleUnaryCall<Buffer, Buffer> = ({ request }, answer) => {
  state = request
  answer(null, request)
}

const server = new Server()
server.addService({ ...HEALTH, SetState: SET_STATE }, { Check: check, SetState: change })
server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error
})
