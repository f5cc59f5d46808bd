import { attemptOr } from '../../base/attempt-or.js'
import { describe } from '../../base/describe.js'
import { redactAndTruncate } from '../../base/truncate.js'
import { isRecord } from '../../base/type-guards.js'
import type { Component } from '../../health/component.js'
import type { CheckResult } from '../../health/check/result.js'
import { withRemoteDetails } from './remote-details.js'

/** The most characters of a service's status in a reason. */
const LONGEST_STATUS = 60

/** The answer of a health endpoint. */
export interface HealthResponse {
  readonly statusCode: number
  readonly text: string
}

/** Reads the health of a service from its answer. */
export type HealthReader = (url: URL, response: HealthResponse) => CheckResult

/** The words for a passing status that services of other makes use, in lower case. */
const PASSING: Readonly<Record<string, 'UP' | 'DEGRADED'>> = {
  up: 'UP',
  ok: 'UP',
  pass: 'UP',
  healthy: 'UP',
  ready: 'UP',
  alive: 'UP',
  success: 'UP',
  serving: 'UP',
  degraded: 'DEGRADED',
  warn: 'DEGRADED',
  warning: 'DEGRADED'
}

type Details = Readonly<Record<string, unknown>>

/**
 * Reads an answer in the style of Spring Boot Actuator: `UP` or `DEGRADED` if the status code is 200 and the JSON has
 * that status, otherwise `DOWN` with the reason.
 */
export const actuatorHealth: HealthReader = (url, response) => {
  const { statusCode, text } = response
  const health = jsonOf(text)
  if (!isRecord(health)) {
    const body = text === '' ? 'an empty body' : 'no JSON object'
    return resultOf(url, response, { status: 'DOWN', reason: `answered ${statusCode} with ${body}` })
  }
  const { status } = health
  const isPassing = statusCode === 200 && (status === 'UP' || status === 'DEGRADED')
  return resultOf(url, response, isPassing ? { status } : downWith(statusCode, status), health)
}

/**
 * Reads an answer of a service of another make. A status code from 200 to 299 is `UP`, with any body or none. If the
 * body is a JSON object with a `status`, that status must be a word for passing too.
 */
export const anyHealth: HealthReader = (url, response) => {
  const { statusCode, text } = response
  const json = jsonOf(text)
  const health = isRecord(json) ? json : {}
  return resultOf(url, response, verdictOfAny(statusCode, health['status']), health)
}

type Verdict = { readonly status: 'UP' | 'DEGRADED' } | { readonly status: 'DOWN', readonly reason: string }

function verdictOfAny (statusCode: number, status: unknown): Verdict {
  if (statusCode < 200 || statusCode > 299) {
    return { status: 'DOWN', reason: `answered ${statusCode}, expected 200 to 299` }
  }
  if (status === undefined || status === null) return { status: 'UP' }
  const passing = passingStatus(status)
  if (passing !== undefined) return { status: passing }
  if (typeof status === 'string') return downWith(statusCode, status)
  return { status: 'DOWN', reason: `answered ${statusCode} with a status that is ${describe(status)}` }
}

function passingStatus (status: unknown): 'UP' | 'DEGRADED' | undefined {
  const word = typeof status === 'string' ? status.toLowerCase() : ''
  if (Object.hasOwn(PASSING, word)) return PASSING[word]
  return status === true || (typeof status === 'number' && status >= 200 && status <= 299) ? 'UP' : undefined
}

function downWith (statusCode: number, status: unknown): Verdict {
  return { status: 'DOWN', reason: `answered ${statusCode} with ${shownStatus(status)}` }
}

function shownStatus (status: unknown): string {
  if (typeof status !== 'string') return 'no status'
  return `status ${JSON.stringify(redactAndTruncate(status, LONGEST_STATUS))}`
}

function jsonOf (text: string): unknown {
  return attemptOr((): unknown => JSON.parse(text), undefined)
}

function resultOf (
  url: URL, { statusCode }: HealthResponse, verdict: Verdict, health: Readonly<Record<string, unknown>> = {}
): CheckResult {
  const { details, components } = health
  const own = {
    url: url.href,
    statusCode,
    ...('reason' in verdict && { error: `GET ${url.href} ${verdict.reason}` })
  }
  return {
    status: verdict.status,
    details: isRecord(details) ? mergedLater(details, own) : own,
    // The engine validates and copies the parts when an answer shows them.
    ...(isRecord(components) && { components: components as Record<string, Component> })
  }
}

/**
 * Adds our own details to the details of a service, which may be a hundred thousand. They are merged when an answer
 * shows them. Until then only the reason can be read.
 */
function mergedLater (details: Details, own: Details): Details {
  const toJSON = (): object => withRemoteDetails(own, details)
  return Object.defineProperty({ error: details['error'], ...own }, 'toJSON', { value: toJSON })
}
