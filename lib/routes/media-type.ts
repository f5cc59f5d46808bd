/**
 * The media types of Spring Boot Actuator, the newer first. Some clients request them by name, for example Spring
 * Boot Admin.
 */
const ACTUATOR = [
  'application/vnd.spring-boot.actuator.v3+json',
  'application/vnd.spring-boot.actuator.v2+json'
] as const

/** The media type of the draft "Health Check Response Format for HTTP APIs". */
export const HEALTH_JSON = 'application/health+json'

export const JSON_TYPE = 'application/json; charset=utf-8'
export const [ACTUATOR_V3, ACTUATOR_V2] = ACTUATOR

export type ActuatorType = typeof ACTUATOR[number]

/** The media types of a health report besides JSON. */
export type HealthType = ActuatorType | typeof HEALTH_JSON

/** The content type of a JSON answer. */
export type MediaType = typeof JSON_TYPE | HealthType

const HEALTH_TYPES: readonly HealthType[] = [...ACTUATOR, HEALTH_JSON]

/**
 * Chooses the media type by the `Accept` header. If the header names an Actuator type, that type is used, otherwise
 * JSON. Of two types the higher quality wins; with equal qualities, an Actuator type wins, and the newer of both.
 */
export function mediaTypeFor (accept: string | undefined): typeof JSON_TYPE | ActuatorType {
  return accept === undefined || !/actuator/i.test(accept) ? JSON_TYPE : bestOf(ACTUATOR, accept)
}

/** Chooses the media type of a health report, which can also be `application/health+json`. */
export function healthTypeFor (accept: string | undefined): MediaType {
  return accept === undefined || !/actuator|health\+json/i.test(accept) ? JSON_TYPE : bestOf(HEALTH_TYPES, accept)
}

function bestOf<T extends HealthType> (types: readonly T[], accept: string): typeof JSON_TYPE | T {
  const ranges = accept.toLowerCase().split(',').map(readRange)
  const [best] = types.map((type) => ({ type, quality: qualityOf(type, ranges) }))
    .sort((left, right) => right.quality - left.quality)
  const isPreferred = best !== undefined && best.quality > 0 && best.quality >= qualityOf('application/json', ranges)
  return isPreferred ? best.type : JSON_TYPE
}

/** A media range of the `Accept` header, for example `text/html;q=0.5`. */
interface MediaRange {
  readonly type: string
  readonly quality: number
}

/** The quality of a media type, or 0 if the header does not name it. */
function qualityOf (type: string, ranges: readonly MediaRange[]): number {
  return Math.max(0, ...ranges.filter((range) => range.type === type).map((range) => range.quality))
}

/** Reads one media range of RFC 9110, section 12.5.1. An invalid quality counts as 1. */
function readRange (range: string): MediaRange {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length) ?? '1'
  return { type, quality: Number.isNaN(Number(quality)) ? 1 : Number(quality) }
}
