/** The versions in `process.versions`, without a `v`. Bun and Deno add their own, and claim a version of Node too. */
export interface Versions {
  readonly node: string
  readonly bun?: string
  readonly deno?: string
}

/** A JavaScript runtime, in the terms of OpenTelemetry's `process.runtime.*`. */
export interface Runtime {
  readonly name: 'nodejs' | 'bun' | 'deno'
  readonly version: string
  readonly description: string
}

/**
 * Names the runtime of this process.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/resource/process/#process-runtimes
 */
export function runtimeOf ({ node, bun, deno }: Versions): Runtime {
  if (bun !== undefined) return { name: 'bun', version: bun, description: 'Bun' }
  if (deno !== undefined) return { name: 'deno', version: deno, description: 'Deno' }
  return { name: 'nodejs', version: node, description: 'Node.js' }
}
