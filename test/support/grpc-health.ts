import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import type { handleUnaryCall } from '@grpc/grpc-js'

const asIs = (bytes: Buffer): Buffer => bytes

/** The service `grpc.health.v1.Health`, with messages as bytes. */
export const HEALTH = {
  Check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs
  }
} as const

/** The answer for each service, as the bytes of a `HealthCheckResponse`. */
export type Answers = Readonly<Record<string, Buffer>>

/** The bytes of an answer with a state. */
export function stateOf (number: number): Buffer {
  return number === 0 ? Buffer.alloc(0) : Buffer.from([0x08, number])
}

/** Starts a gRPC server with the health service. `undefined` as answers is a server without it. */
export async function startGrpc (answers: Answers | undefined, port = 0): Promise<{ server: Server, port: number }> {
  const server = new Server()
  const check: handleUnaryCall<Buffer, Buffer> = ({ request }, answer) => {
    const answerBytes = answers?.[nameIn(request)]
    if (answerBytes === undefined) answer({ code: status.NOT_FOUND, details: 'unknown service' })
    else answer(null, answerBytes)
  }
  if (answers !== undefined) server.addService(HEALTH, { Check: check })
  const boundPort = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port)
      else reject(error)
    })
  })
  return { server, port: boundPort }
}

/** Reads the name in a request: its key, its length in one byte or two, and its text. */
function nameIn (request: Buffer): string {
  return String(request.subarray((request[1] ?? 0) < 0x80 ? 2 : 3))
}
