import { attemptOr } from '../base/attempt-or.js'
import { redactText } from '../base/redact.js'
import { redactAndTruncate } from '../base/truncate.js'
import { isRecord } from '../base/type-guards.js'
import type { ProbeResult } from './http-probe.js'

const LONGEST_URL = 200

/** The URL of a probe as output shows it, without its password. */
export function shownUrl ({ href }: URL): string {
  return redactAndTruncate(href, LONGEST_URL)
}

/** A probe that has ended. */
export interface EndedProbe {
  readonly url: URL
  readonly time: Date
  readonly durationMs: number
  readonly result: ProbeResult
}

/** Writes the result of a probe as one line of JSON. It has only ASCII characters, so that no terminal obeys them. */
export function jsonDocument ({ url, time, durationMs, result }: EndedProbe): string {
  const { passed, statusCode: code, body } = result
  const write = (content: unknown): string => JSON.stringify({
    time: time.toISOString(),
    url: shownUrl(url),
    passed,
    ...(isRecord(content) && typeof content['status'] === 'string' && { status: content['status'] }),
    ...(code !== undefined && { code }),
    durationMs: Math.round(durationMs),
    ...(!passed && { error: result.reason }),
    ...(body !== '' && { body: content })
  })
  // A body that is nested too deep can be parsed, but not written.
  const text = attemptOr(() => write(JSON.parse(body, redacted)), undefined) ?? write(redactText(body))
  return text.replace(/[\x7f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function redacted (_key: string, value: unknown): unknown {
  return typeof value === 'string' ? redactText(value) : value
}
