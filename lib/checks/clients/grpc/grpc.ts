import type { CheckFunction } from '../../../health/check/check-function.js'
import { reasonOf } from '../../../base/describe.js'
import { refuse, withDefault } from '../../../base/rules.js'
import type { Rule } from '../../../base/rules.js'
import { onAbort } from '../../../base/on-abort.js'
import { hasMethods } from '../../../base/type-guards.js'
import { readyMade } from '../../kit/ready-made.js'
import { timed } from '../../kit/result.js'
import { readyMadeOptions } from '../../kit/ready-made-options.js'
import type { TimeLimit } from '../../kit/time-limit.js'
import { clientFrom } from '../client-source.js'
import type { ClientSource } from '../client-source.js'
import { GRPC_MISTAKES } from './grpc-mistakes.js'
import { readStatus, writeRequest } from './health-message.js'

/** A pending call. */
export interface GrpcCall {
  cancel (): void
}

/**
 * The parts of a client of `@grpc/grpc-js` that the check uses: any generated client has them.
 *
 * @see `docs/ready-made-checks.md#grpc`
 */
export interface GrpcClient {
  makeUnaryRequest (
    method: string,
    serialize: (service: string) => Buffer,
    deserialize: (bytes: Buffer) => string,
    service: string,
    options: { readonly deadline: number },
    callback: (error: object | null, status?: string) => void
  ): GrpcCall
  getChannel (): { getTarget (): string }
  close (): void
}

/**
 * The options of `grpc()`.
 *
 * @see `docs/ready-made-checks.md#grpc`
 */
export interface GrpcOptions {
  /**
   * The service whose health is requested.
   *
   * @default '' (the whole server)
   * @example { service: 'shop.Inventory' }
   * @see `docs/ready-made-checks.md#grpc`
   */
  readonly service?: string | undefined
}

/** The options with their defaults. */
interface GrpcSettings {
  readonly service: string
}

const METHOD = '/grpc.health.v1.Health/Check'

/** Status codes of gRPC. */
const DEADLINE_EXCEEDED = 4
const NOT_FOUND = 5
const UNIMPLEMENTED = 12

const CLIENT_TYPE = {
  check: 'grpc',
  description: 'a client of @grpc/grpc-js for any service of the server, or a function that returns one',
  is: isGrpc,
  mistakes: GRPC_MISTAKES
}

const serviceName: Rule<string> = (value, path) => typeof value === 'string' ? value : refuse(value, path, 'a string')

const readOptions = readyMadeOptions<GrpcSettings>('client', { service: withDefault(serviceName, '') })

/**
 * Makes a check that calls `grpc.health.v1.Health/Check` of a gRPC server, over the channel of the app's own client.
 *
 * @param client a client of `@grpc/grpc-js` for any service of that server, or a function that returns it
 * @throws FST_MANAGEMENT_CLIENT_INVALID, FST_MANAGEMENT_OPTION_INVALID
 * @example fastify.management.addCheck('health', 'inventory', grpc(inventoryClient, { service: 'shop.Inventory' }))
 * @see `docs/ready-made-checks.md#grpc`
 * @see https://grpc.io/docs/guides/health-checking/
 */
export function grpc (client: ClientSource<GrpcClient>, options: GrpcOptions = {}): CheckFunction {
  const current = clientFrom(client, CLIENT_TYPE)
  const { service } = readOptions(options, 'grpc')
  const name = service === '' ? 'the server' : `the service ${service}`
  return readyMade(async ({ limit, details }) => {
    const client = current()
    details['target'] = client.getChannel().getTarget()
    const { result: servingStatus, latencyMs } = await timed(async () => await callCheck(client, service, limit))
    Object.assign(details, { servingStatus, latencyMs })
    if (servingStatus !== 'SERVING') throw new Error(`${name} answers ${servingStatus}`)
  }, { service })
}

/** Ends the call at the deadline in the server too, and at once when the run ends. */
async function callCheck (client: GrpcClient, service: string, limit: TimeLimit): Promise<string> {
  const deadline = Date.now() + limit.ms
  let stopListening: (() => void) | undefined
  try {
    return await limit.wait(new Promise<string>((resolve, reject) => {
      const call = client.makeUnaryRequest(METHOD, writeRequest, readStatus, service, { deadline }, (error, status) => {
        if (status !== undefined) resolve(status)
        else reject(failureOf(error, service, limit))
      })
      stopListening = onAbort(limit.signal, () => call.cancel())
    }))
  } finally {
    stopListening?.()
  }
}

/** Describes the error of a call by its `details`, because the message of `@grpc/grpc-js` begins with its code. */
function failureOf (error: object | null, service: string, limit: TimeLimit): Error {
  const { code, details }: { readonly code?: unknown, readonly details?: unknown } = { ...error }
  if (code === DEADLINE_EXCEEDED) return new Error(`no answer within ${limit.ms} ms`)
  if (code === UNIMPLEMENTED) return new Error('the server has no service grpc.health.v1.Health')
  if (code === NOT_FOUND) return new Error(`the server knows no service ${JSON.stringify(service)}`)
  return new Error(reasonIn(details, error))
}

/** The client adds the time of the last attempt and a note about the resolution of the name. */
function reasonIn (details: unknown, error: unknown): string {
  const reason = typeof details === 'string' && details !== '' ? details : reasonOf(error)
  return reason
    .replace(/^No connection established\. Last error: (?:Error: )?/, '')
    .replace(/ \(\d{4}-[\d-]+T[\d:.]+Z\)/g, '')
    .replace(/\. Resolution note: ?$/, '')
}

function isGrpc (value: unknown): value is GrpcClient {
  return hasMethods(value, 'makeUnaryRequest', 'getChannel', 'waitForReady', 'close')
}
