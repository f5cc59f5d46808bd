import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../base/clock.js'
import { reasonOf } from '../../base/describe.js'
import { logSafely } from '../../base/safe-log.js'
import { errors } from '../../errors.js'
import { endpointsOf, isSecureServer } from '../endpoints.js'
import type { ServedEndpoints } from '../endpoints.js'
import { sendRequest } from '../../checks/network/http-request.js'
import { patternParts } from '../../options/route-pattern.js'
import { AdminServer } from './admin-server.js'
import { assertFreeUrl, listeningUrls } from './health-urls.js'
import { HEALTH_PATH } from './options.js'
import type { AdminSettings } from './options.js'
import { isLoopback, urlOf } from './own-address.js'

/** The parts of an app that its client uses. */
export type ClientApp = Pick<FastifyInstance, 'addresses' | 'log' | 'server'>

/** The URLs of an app, as Spring Boot Admin stores them. */
interface InstanceUrls {
  readonly serviceUrl: string | undefined
  readonly managementUrl: string
  readonly healthUrl: string
}

/** Registers one app at all of its Spring Boot Admin servers. */
export class AdminClient {
  readonly #settings: AdminSettings
  readonly #app: ClientApp
  readonly #clock: Clock
  readonly #servers: readonly AdminServer[]
  #isStarted = false
  #isStopped = false
  #healthUrl = ''

  constructor (settings: AdminSettings, app: ClientApp, clock: Clock, send = sendRequest) {
    const { targets, interval, timeout } = settings
    this.#settings = settings
    this.#app = app
    this.#clock = clock
    this.#servers = targets.map((target) => new AdminServer(target, { log: app.log, clock, interval, timeout, send }))
  }

  /**
   * Throws if the app has no management endpoints, no health for Spring Boot Admin, or another client with the same
   * health URL.
   */
  assertFree (): void {
    const { healthPath } = this.#settings
    const endpoints = this.#endpoints()
    if (!endpoints.hasHealth && healthPath === HEALTH_PATH) {
      throw new errors.HealthUrlUnknown('"/health" is turned off: turn it on, or set "healthPath" to a probe')
    }
    const base = this.#configuredBase(endpoints)
    const url = `${base ?? ''}${pathOf(endpoints)}${healthPath}`
    assertFreeUrl(url, endpoints.healthUrls)
    assertFreeUrl(url, listeningUrls())
    endpoints.healthUrls.add(url)
  }

  /** Starts the registrations of an app that listens. */
  start (): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.#register().catch((error: unknown) => {
      logSafely(this.#app.log, 'error', { err: error },
        `the app does not register with Spring Boot Admin: ${reasonOf(error)}`)
    })
  }

  /** Deregisters the app. Resolves after one second at the latest. */
  async stop (): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#servers.map(async (server) => await server.stop()))
    listeningUrls().delete(this.#healthUrl)
  }

  async #register (): Promise<void> {
    const endpoints = this.#endpoints()
    const startup = this.#clock.date().toISOString()
    const { name, ...version } = await endpoints.app()
    if (this.#isStopped) return
    const urls = this.#urls(endpoints)
    assertFreeUrl(urls.healthUrl, listeningUrls())
    listeningUrls().add(urls.healthUrl)
    this.#healthUrl = urls.healthUrl
    this.#warnOfLoopback(urls)
    const registration = JSON.stringify({
      name: this.#settings.name ?? name, ...urls, metadata: { startup, ...version, ...this.#settings.metadata }
    })
    for (const server of this.#servers) server.start(registration)
  }

  #endpoints (): ServedEndpoints {
    const endpoints = endpointsOf(this.#app)
    if (endpoints === undefined) throw new errors.ManagementMissing('springBootAdmin')
    return endpoints
  }

  /** Returns the base URL that the options give for the endpoints. */
  #configuredBase ({ isSeparate }: ServedEndpoints): string | undefined {
    const { serviceBaseUrl, managementBaseUrl } = this.#settings
    return managementBaseUrl ?? (isSeparate ? undefined : serviceBaseUrl)
  }

  #urls (endpoints: ServedEndpoints): InstanceUrls {
    const { serviceBaseUrl, healthPath } = this.#settings
    const service = serviceBaseUrl ?? urlOf(this.#app.addresses(), isSecureServer(this.#app.server))
    const management = this.#configuredBase(endpoints) ?? urlOf(endpoints.addresses(), endpoints.isSecure)
    if (management === undefined) {
      throw new errors.HealthUrlUnknown('it has no port: set "managementBaseUrl", or "listen" of the endpoints')
    }
    const managementUrl = `${management}${pathOf(endpoints)}`
    // Spring Boot Admin reads no links if both URLs are the same.
    const serviceUrl = service === undefined ? undefined : `${service}/`
    return { serviceUrl, managementUrl, healthUrl: `${managementUrl}${healthPath}` }
  }

  #warnOfLoopback ({ managementUrl }: InstanceUrls): void {
    const isRemote = this.#settings.targets.some(({ url }) => !isLoopback(url))
    if (!isRemote || !isLoopback(new URL(managementUrl))) return
    logSafely(this.#app.log, 'warn', {}, `Spring Boot Admin on another machine cannot reach ${managementUrl}: ` +
      'listen on "0.0.0.0" or "::", or set "managementBaseUrl"')
  }
}

/** Returns the prefix of the endpoints as a part of a URL. */
function pathOf ({ prefix }: ServedEndpoints): string {
  const parts = patternParts(prefix)
  if (!parts.some(({ isParameter }) => isParameter)) return encodeURI(parts.map(({ text }) => text).join(''))
  throw new errors.HealthUrlUnknown(`the prefix "${prefix}" has a parameter: set "listen" of the endpoints`)
}
