import Fastify = require('fastify')
import management = require('fastify-management-endpoints')
import checks = require('fastify-management-endpoints/checks')
import metrics = require('fastify-management-endpoints/metrics')
import springBootAdmin = require('fastify-management-endpoints/spring-boot-admin')

export async function main (): Promise<string> {
  const fastify = Fastify()
  await fastify.register(management, { prefix: '/z', checks: { readiness: { db: () => undefined } } })
  await fastify.register(management.default)
  await fastify.register(management.management)
  await fastify.register(require('fastify-management-endpoints'))
  fastify.management.addCheck('liveness', 'self', () => true)
  fastify.management.addCheck('health', 'disk', checks.diskSpace({ path: '/' }))
  const { status } = await fastify.management.health('liveness')
  return `${status} ${new management.errors.KindUnknown('came', 'known').code}`
}

export async function addAdmin (
  fastify: ReturnType<typeof Fastify>, options: springBootAdmin.SpringBootAdminOptions
): Promise<void> {
  await fastify.register(springBootAdmin, options)
  await fastify.register(springBootAdmin.springBootAdmin, options)
  await fastify.register(springBootAdmin.default, { url: 'http://admin:8080' })
}

export async function addMetrics (
  fastify: ReturnType<typeof Fastify>, registry: metrics.PrometheusRegistry
): Promise<void> {
  await fastify.register(management, { metrics: metrics.prometheus(registry) })
}
