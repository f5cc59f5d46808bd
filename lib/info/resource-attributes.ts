import { REDACTED, isSecretName } from '../base/redact.js'
import { firstSet, type Environment } from '../base/environment.js'

/**
 * The attributes in `OTEL_RESOURCE_ATTRIBUTES`: `key1=value1,key2=value2`, in the W3C Baggage format without metadata, both
 * percent-decoded. Values of secret names are redacted.
 *
 * "In case of any error, e.g. failure during the decoding process, the entire environment variable value SHOULD be
 * discarded" (OpenTelemetry, "Resource SDK"). As for the OpenTelemetry SDK for JavaScript, a bare `=` in a value is such an error;
 * a comma too many is none.
 */
export function resourceAttributes (env: Environment): Readonly<Record<string, string>> {
  const members = (firstSet(env, 'OTEL_RESOURCE_ATTRIBUTES') ?? '').split(',').filter((member) => member.trim() !== '')
  const entries = members.map(parseMember)
  return entries.every((entry) => entry !== undefined) ? Object.fromEntries(entries) : {}
}

function parseMember (member: string): readonly [string, string] | undefined {
  const [rawKey = '', rawValue, ...more] = member.split('=')
  if (rawValue === undefined || more.length > 0) return undefined
  const key = decode(rawKey)
  const value = decode(rawValue)
  if (key === undefined || key === '' || value === undefined) return undefined
  return [key, isSecretName(key) ? REDACTED : value]
}

function decode (text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return undefined
  }
}
