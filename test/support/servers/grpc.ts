import { Client, credentials, InterceptingCall } from '@grpc/grpc-js'
import type { Interceptor } from '@grpc/grpc-js'
import { HEALTH, stateOf } from '../grpc-health.js'
import { CLIENT_LIMIT_MS } from './kind.js'
import type { TestClient } from './kind.js'
import { nodeProgram } from './node-program.js'
import type { Address } from './place.js'

/** Changes the state that the health service answers. */
export const SET_STATE = { ...HEALTH.Check, path: '/test.Control/SetState' } as const

/** A gRPC server of `@grpc/grpc-js`, with the health service. Its password is a token. */
export const grpc = nodeProgram({ name: 'grpc', protocol: 'grpc', connect: open })

/** Makes a client that sends the password as a token. */
export function grpcClient (
  { host, port, password }: { readonly host: string, readonly port: number, readonly password: string }
): Client {
  const authorize: Interceptor = (options, nextCall) => new InterceptingCall(nextCall(options), {
    start (metadata, listener, next) {
      metadata.set('authorization', `Bearer ${password}`)
      next(metadata, listener)
    }
  })
  return new Client(`${host}:${port}`, credentials.createInsecure(), { interceptors: [authorize] })
}

/** Lets the health service answer a state, by its number. */
export async function setState (address: Address, state: number): Promise<void> {
  const client = grpcClient(address)
  try {
    await call(client, SET_STATE.path, stateOf(state))
  } finally {
    client.close()
  }
}

async function open (address: Address): Promise<TestClient> {
  const client = grpcClient(address)
  const ping = async (): Promise<unknown> => await call(client, HEALTH.Check.path, Buffer.alloc(0))
  const close = async (): Promise<void> => {
    client.close()
    await Promise.resolve()
  }
  try {
    await ping()
  } catch (error) {
    await close()
    throw error
  }
  return { ping, close }
}

async function call (client: Client, path: string, request: Buffer): Promise<Buffer> {
  const { requestSerialize, responseDeserialize } = HEALTH.Check
  const deadline = Date.now() + CLIENT_LIMIT_MS
  return await new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, { deadline }, (error, answer) => {
      if (answer === undefined) reject(error ?? new Error('no answer'))
      else resolve(answer)
    })
  })
}
