import { attemptOr } from '../base/attempt-or.js'
import { REDACTED } from '../base/redact.js'
import { isSecretText } from '../base/secret-name.js'
import { firstSet, type Environment } from '../base/environment.js'

/**
 * Parses `OTEL_RESOURCE_ATTRIBUTES`: `key1=value1,key2=value2`, the W3C Baggage format without metadata. Keys and
 * values are percent-decoded. Values of attributes with secret names are redacted.
 *
 * "In case of any error, e.g. failure during the decoding process, the entire environment variable value SHOULD be
 * discarded" (OpenTelemetry, "Resource SDK"). As in the OpenTelemetry SDK for JavaScript, an unencoded `=` in a value
 * is an error, and an extra comma is not.
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
  return [key, isSecretText(key, value) ? REDACTED : value]
}

function decode (text: string): string | undefined {
  return attemptOr(() => decodeURIComponent(text.trim()), undefined)
}
