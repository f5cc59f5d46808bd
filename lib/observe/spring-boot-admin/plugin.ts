import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import { systemClock } from '../../base/clock.js'
import { logSafely } from '../../base/safe-log.js'
import { settled } from '../../base/timers.js'
import { AdminClient } from './admin-client.js'
import { readAdminOptions } from './options.js'
import type { SpringBootAdminOptions } from './options.js'

const NAME = 'springBootAdmin'

async function adminClient (fastify: FastifyInstance, options: SpringBootAdminOptions): Promise<void> {
  const settings = readAdminOptions(options, (unknown) => {
    const text = `${NAME} ignores options that it does not have: ${unknown.join(', ')}`
    logSafely(fastify.log, 'warn', { options: unknown }, text)
  })
  const client = new AdminClient(settings, fastify, systemClock)
  // The management endpoints may be registered later.
  if (fastify.hasDecorator('management')) client.assertFree()
  else fastify.addHook('onReady', (done) => { client.assertFree(); done() })
  fastify.addHook('onListen', (done) => { client.start(); done() })
  fastify.addHook('preClose', async () => await client.stop())
  // If a `preClose` hook fails, Fastify skips the next ones.
  fastify.addHook('onClose', async () => await client.stop())
  await settled
}

/**
 * Registers your app at Spring Boot Admin while the app listens.
 *
 * @throws FST_MANAGEMENT_OPTION_INVALID, FST_MANAGEMENT_MISSING, FST_MANAGEMENT_HEALTH_URL_TAKEN,
 * FST_MANAGEMENT_HEALTH_URL_UNKNOWN
 * @example await fastify.register(springBootAdmin, { url: 'http://admin:8080' })
 * @see `docs/spring-boot-admin.md`
 * @see https://docs.spring-boot-admin.com
 */
export const springBootAdmin: FastifyPluginAsync<SpringBootAdminOptions> = fp(adminClient, { name: NAME })
