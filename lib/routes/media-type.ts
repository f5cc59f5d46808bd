/**
 * The media types of Spring Boot Actuator, the newer first. Some clients request them by name, for example Spring
 * Boot Admin.
 */
const ACTUATOR = [
  'application/vnd.spring-boot.actuator.v3+json',
  'application/vnd.spring-boot.actuator.v2+json'
] as const

export const JSON_TYPE = 'application/json; charset=utf-8'
export const [ACTUATOR_V3, ACTUATOR_V2] = ACTUATOR

export type ActuatorType = typeof ACTUATOR[number]

/** The content type of a JSON answer. */
export type MediaType = typeof JSON_TYPE | ActuatorType

/**
 * Chooses the media type by the `Accept` header. If the header names an Actuator type, that type is used, otherwise
 * JSON. Of two types the higher quality wins; with equal qualities, the newer type wins.
 */
export function mediaTypeFor (accept: string | undefined): MediaType {
  if (accept === undefined || !/actuator/i.test(accept)) return JSON_TYPE
  const ranges = accept.toLowerCase().split(',').map(readRange)
  const candidates = ACTUATOR.map((type) => ({ type, quality: qualityOf(type, ranges) }))
  const best = candidates.reduce((left, right) => right.quality > left.quality ? right : left)
  return best.quality > 0 ? best.type : JSON_TYPE
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
