import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyPluginCallback } from 'fastify'
import type { StatusChangeMessage } from 'fastify-management-endpoints'
import fp from 'fastify-plugin'
import { Gauge, Registry } from 'prom-client'

const STATUS = 'fastify-management-endpoints:status'

/** Keeps one gauge per check at its latest status, for Prometheus. Collecting metrics runs no check. */
const metrics: FastifyPluginCallback = (fastify, _options, done) => {
  const registry = new Registry()
  const gauge = new Gauge({
    name: 'health_check_up',
    help: '1 while a check passes, 0 while it fails',
    labelNames: ['check', 'kind'],
    registers: [registry]
  })
  const onStatus = (message: unknown): void => {
    const { fastify: app, check, kinds, to } = message as StatusChangeMessage
    // All apps in a process publish on the same channel.
    if (app.server !== fastify.server) return
    for (const kind of kinds) {
      if (to === 'UNKNOWN') gauge.remove({ check, kind })
      else gauge.set({ check, kind }, to === 'UP' || to === 'DEGRADED' ? 1 : 0)
    }
  }
  subscribe(STATUS, onStatus)
  fastify.addHook('onClose', (_fastify, closed) => {
    unsubscribe(STATUS, onStatus)
    closed()
  })
  fastify.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  done()
}

export default fp(metrics)
