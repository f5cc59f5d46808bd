// Compiles with every supported compiler and setting of `module`, as ECMAScript and as CommonJS.
import Fastify from 'fastify'
import management, { errors } from 'fastify-management-endpoints'
import springBootAdmin from 'fastify-management-endpoints/spring-boot-admin'
import { http } from 'fastify-management-endpoints/checks'

const fastify = Fastify()
void fastify.register(management, { prefix: '/z' })

export function add (): void {
  try {
    fastify.management.addCheck('readiness', 'search', http('http://search:9200'))
  } catch (error) {
    if (error instanceof errors.KindUnknown) fastify.log.error(error.message)
  }
}

export function addAdmin (): void {
  void fastify.register(springBootAdmin, { url: 'http://admin:8080' })
}

export function addMemory (): void {
  fastify.management.addCheck('health', 'memory', () => ({ status: 'UP', details: process.memoryUsage() }))
}
