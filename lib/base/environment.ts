/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The value of the first of these variables that is set. One that is empty or only white space counts as unset, as the
 * OpenTelemetry specification has it ("Environment Variable Specification", parsing empty value).
 */
export function firstSet (env: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '')
}
