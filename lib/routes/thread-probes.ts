import type { HealthEngine } from '../health/engine.js'
import type { Kind } from '../health/kind.js'
import { STATUSES } from '../health/status.js'
import type { Status } from '../health/status.js'
import type { ProbeTable, TerseAnswer } from '../observe/thread/messages.js'
import { patternParts } from '../options/route-pattern.js'
import type { Settings } from '../options/settings.js'
import { terseBody } from './health-body.js'
import { JSON_TYPE } from './media-type.js'
import { NO_CACHE_HEADERS } from './sensible.js'

/** Fastify's router answers 414 if a parameter of the path is longer. */
const LONGEST_PARAMETER = 100

/** The parts that the table needs. */
interface TableOptions {
  readonly prefix: string
  readonly settings: Pick<Settings, 'statusCodes'>
  readonly engine: Pick<HealthEngine, 'kinds'>
  /** Whether requests are not logged. */
  readonly isSilent: boolean
}

/** Describes the probes for the thread of the separate port. Its answers are the same as those of the routes. */
export function probeTable (kinds: readonly Kind[], { prefix, settings, engine, isSilent }: TableOptions): ProbeTable {
  const { statusCodes } = settings
  const paths = new Map<string, number>(kinds.map((kind, position) => [kind, position]))
  const answers = STATUSES.map((status) => [status, terseAnswer(status, statusCodes)] as const)
  return {
    pattern: `^${patternOf(prefix === '/' ? '' : prefix)}/health/([^/]+)$`,
    paths: paths.set('ping', kinds.indexOf('liveness')),
    kinds,
    forwarded: kinds.filter((kind) => !isSilent || engine.kinds.formatOf(kind) !== undefined),
    answers: Object.fromEntries(answers) as Record<Status, TerseAnswer>
  }
}

function terseAnswer (status: Status, statusCodes: Settings['statusCodes']): TerseAnswer {
  const body = terseBody(status)
  const headers = { ...NO_CACHE_HEADERS, 'content-type': JSON_TYPE, 'content-length': body.length }
  return { statusCode: statusCodes[status], headers: Object.entries(headers).flat().map(String), body }
}

/** A parameter ends where the text after it begins, as in Fastify's router, so that many take linear time. */
function patternOf (prefix: string): string {
  const parts = patternParts(prefix)
  const escaped = parts.map(({ text }) => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
  return parts.map(({ isParameter }, index) => {
    if (!isParameter) return escaped[index]
    return `(?:(?!${escaped[index + 1] ?? '/'})[^/]){1,${LONGEST_PARAMETER}}`
  }).join('')
}
