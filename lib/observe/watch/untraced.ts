import { isRecord } from '../../base/type-guards.js'

/** The key of OpenTelemetry's API on the global object, whichever copy of it the app has loaded. */
const API = Symbol.for('opentelemetry.js.api.1')
/** The key of `suppressTracing()` in a context. */
const SUPPRESSED = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

interface Contexts {
  readonly active: () => { readonly setValue: (key: symbol, value: unknown) => object }
  readonly with: <Result> (context: object, work: () => Result) => Result
}

/**
 * Runs a function whose work OpenTelemetry does not trace. Its instrumentation of `node:net` would otherwise record
 * each connection as a trace of its own.
 *
 * @see https://opentelemetry.io/docs/languages/js/api/ the context that `suppressTracing()` of @opentelemetry/core makes
 */
export function untraced<Result> (work: () => Result): Result {
  const api: unknown = Reflect.get(globalThis, API)
  const contexts = isRecord(api) ? Reflect.get(api, 'context') as Contexts | undefined : undefined
  return contexts === undefined ? work() : contexts.with(contexts.active().setValue(SUPPRESSED, true), work)
}
