/**
 * The media types of Spring Boot Actuator's API, the newer first, for clients that ask for one by name, Spring Boot
 * Admin for example.
 */
const ACTUATOR = ['application/vnd.spring-boot.actuator.v3+json', 'application/vnd.spring-boot.actuator.v2+json'] as const

export const JSON_TYPE = 'application/json; charset=utf-8'
export const [ACTUATOR_V3, ACTUATOR_V2] = ACTUATOR

/** What a JSON answer is sent as. */
export type MediaType = typeof JSON_TYPE | typeof ACTUATOR[number]

/** Chooses by the `Accept` header: an Actuator type where it is named, the one with the higher quality first; else JSON. */
export function mediaTypeFor (accept: string | undefined): MediaType {
  if (accept === undefined || !/actuator/i.test(accept)) return JSON_TYPE
  const named = accept.toLowerCase().split(',').map(readRange)
  const wanted = ACTUATOR.map((type) => ({ type, quality: Math.max(0, ...named.filter((range) => range.type === type).map((range) => range.quality)) }))
  const best = wanted.reduce((left, right) => right.quality > left.quality ? right : left)
  return best.quality > 0 ? best.type : JSON_TYPE
}

/** Reads one media range of RFC 9110, section 12.5.1; a quality that is none counts as 1. */
function readRange (range: string): { readonly type: string, readonly quality: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length) ?? '1'
  return { type, quality: Number.isNaN(Number(quality)) ? 1 : Number(quality) }
}
