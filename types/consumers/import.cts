import Fastify from 'fastify'
import management from 'fastify-management-endpoints'
import { diskSpace } from 'fastify-management-endpoints/checks'
import { prometheus } from 'fastify-management-endpoints/metrics'
import springBootAdmin from 'fastify-management-endpoints/spring-boot-admin'
import type { PrometheusRegistry } from 'fastify-management-endpoints/metrics'

export async function main (): Promise<string> {
  const fastify = Fastify()
  await fastify.register(management, { prefix: '/z', checks: { readiness: { db: () => undefined } } })
  fastify.management.addCheck('liveness', 'self', () => true)
  fastify.management.addCheck('health', 'disk', diskSpace({ path: '/' }))
  const { status } = await fastify.management.health('liveness')
  return `${status} ${new management.errors.KindUnknown('came', 'known').code}`
}

export async function addAdmin (fastify: ReturnType<typeof Fastify>): Promise<void> {
  await fastify.register(springBootAdmin, { url: 'http://admin:8080' })
}

export async function addMetrics (fastify: ReturnType<typeof Fastify>, registry: PrometheusRegistry): Promise<void> {
  await fastify.register(management, { metrics: prometheus(registry) })
}
