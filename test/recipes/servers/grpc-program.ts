// A gRPC server with the standard health service. The arguments are its port and the folder of the packages.
import { createRequire } from 'node:module'

interface Server {
  readonly bindAsync: (address: string, credentials: unknown, done: (error: Error | null) => void) => void
}

interface Grpc {
  readonly Server: new () => Server
  readonly ServerCredentials: { readonly createInsecure: () => unknown }
}

interface GrpcHealth {
  readonly HealthImplementation: new (statuses: object) => { readonly addToServer: (server: Server) => void }
}

const [port = '', packages = ''] = process.argv.slice(2)
const require = createRequire(`${packages}/`)
const grpc = require('@grpc/grpc-js') as Grpc
const { HealthImplementation } = require('grpc-health-check') as GrpcHealth

const server = new grpc.Server()
new HealthImplementation({ '': 'SERVING' }).addToServer(server)
server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error
})
