/** Environment variables by name, like `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Returns the trimmed value of the first variable that is set. An empty value, or only white space, counts as unset, as
 * in the OpenTelemetry specification ("Environment Variable Specification", parsing empty value).
 */
export function firstSet (env: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '')
}
