/** The states of a service, by their numbers in `HealthCheckResponse.ServingStatus`. */
const STATES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']

/** The key of the only field of both messages: its number is 1, and its type is in the lowest three bits. */
const SERVICE_KEY = 0x0a
const STATUS_KEY = 0x08

/** The lengths of strings below this value have one byte. */
const CONTINUATION = 0x80

/**
 * Writes a `HealthCheckRequest` in the wire format of Protocol Buffers.
 *
 * @see https://github.com/grpc/grpc-proto/blob/master/grpc/health/v1/health.proto
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function writeRequest (service: string): Buffer {
  const name = Buffer.from(service)
  return name.length === 0 ? name : Buffer.concat([Buffer.from([SERVICE_KEY, ...varint(name.length)]), name])
}

/** Reads the state in a `HealthCheckResponse`. The first state has no bytes. */
export function readStatus (response: Buffer): string {
  const [key, value = STATES.length] = response
  const state = key === undefined ? STATES[0] : key === STATUS_KEY ? STATES[value] : undefined
  return state ?? 'a message that is no HealthCheckResponse'
}

function varint (value: number): readonly number[] {
  if (value < CONTINUATION) return [value]
  return [value % CONTINUATION + CONTINUATION, ...varint(Math.floor(value / CONTINUATION))]
}
