import Fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import management, { errors, management as named } from 'fastify-management-endpoints'
import type { CheckFunction, Health, Management, ManagementOptions } from 'fastify-management-endpoints'
import { openTelemetry, prometheus } from 'fastify-management-endpoints/metrics'
import type { OpenTelemetryMeter, PrometheusRegistry } from 'fastify-management-endpoints/metrics'
import springBootAdmin, { springBootAdmin as namedAdmin } from 'fastify-management-endpoints/spring-boot-admin'
import type { SpringBootAdminOptions } from 'fastify-management-endpoints/spring-boot-admin'
import { http, postgres } from 'fastify-management-endpoints/checks'
import type { HttpOptions, PostgresClient } from 'fastify-management-endpoints/checks'

const checkDatabase: CheckFunction = async ({ signal, log }) => {
  const answer = await fetch('http://database', { signal })
  log.info(answer.statusText)
  return { status: 'DEGRADED', details: { replicas: 1 } }
}

const options: ManagementOptions = {
  prefix: '/manage',
  checks: { readiness: { db: checkDatabase, cache: { check: () => true, timeout: 100 } } },
  serviceDependencies: {
    users: 'http://users:8080/z/health',
    widgets: { url: 'widgets', headers: { authorization: 'secret' } }
  },
  showDetails: (request: FastifyRequest) => request.ip === '127.0.0.1',
  auth: async (request: FastifyRequest, reply: FastifyReply) => {
    if (request.headers.authorization === undefined) await reply.code(401).send()
  }
}

const fastify = Fastify()
await fastify.register(management, options)
await fastify.register(named)
await fastify.register(import('fastify-management-endpoints'), { prefix: '/z' })

const decorator: Management = fastify.management
decorator.addCheck(['liveness', 'readiness'], 'self', () => true)
const health: Health = await fastify.management.health('readiness')
fastify.log.info(health.components['db']?.status ?? 'UNKNOWN')
fastify.addHook('onRoute', ({ config }) => fastify.log.info(config?.management === 'probe'))

const timeout: HttpOptions = { statusCodes: [200, 204] }
decorator.addCheck('health', 'mail', http('http://mail:8025/livez', timeout))
export function addDatabase (client: PostgresClient): void {
  decorator.addCheck('readiness', 'postgres', postgres(client, { writable: true }))
}

export async function addMetrics (registry: PrometheusRegistry, meter: OpenTelemetryMeter): Promise<void> {
  await fastify.register(management, { metrics: registry })
  await fastify.register(management, { metrics: [prometheus(registry), openTelemetry(meter)] })
}

export async function addAdmin (options: SpringBootAdminOptions): Promise<void> {
  await fastify.register(springBootAdmin, options)
  await fastify.register(namedAdmin, { url: ['http://admin:8080', new URL('https://admin')], metadata: { a: 'b' } })
  await fastify.register(import('fastify-management-endpoints/spring-boot-admin'), { url: 'http://admin:8080' })
}

export function isUnknownKind (error: unknown): boolean {
  return error instanceof errors.KindUnknown && error.code === 'FST_MANAGEMENT_KIND_UNKNOWN'
}
