import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import management, { errors, management as named } from '../lib/index.js'
import type {
  CheckFunction, CheckOptions, Component, Health, InfoFunction, Kind, Management, ManagementErrors, ManagementOptions,
  ManagementPlugin, RouteClass, Status
} from '../lib/index.js'
import type { Equal, Expect } from './equal.js'

export type Cases = [
  Expect<Equal<typeof management, ManagementPlugin>>,
  Expect<Equal<typeof named, ManagementPlugin>>,
  Expect<Equal<typeof management.errors, typeof errors>>,
  Expect<Equal<ManagementErrors, typeof errors>>,
  Expect<Equal<Parameters<typeof management>, [fastify: FastifyInstance, options: ManagementOptions]>>,
  Expect<Equal<FastifyInstance['management'], Management>>,
  Expect<Equal<
    Parameters<Management['addCheck']>,
    [kind: Kind | readonly Kind[], name: string, check: CheckFunction, options?: CheckOptions | undefined]
  >>,
  Expect<Equal<ReturnType<Management['addCheck']>, void>>,
  Expect<Equal<ReturnType<Management['removeCheck']>, boolean>>,
  Expect<Equal<Parameters<Management['addInfo']>, [name: string, section: InfoFunction]>>,
  Expect<Equal<ReturnType<Management['health']>, Promise<Health>>>,
  Expect<Equal<Parameters<Management['takeOutOfService']>, [reason: string]>>,
  Expect<Equal<ReturnType<Management['takeOutOfService']>, void>>,
  Expect<Equal<Parameters<Management['putInService']>, []>>,
  Expect<Equal<ReturnType<Management['putInService']>, void>>,
  Expect<Equal<Parameters<Management['markBroken']>, [reason: string]>>,
  Expect<Equal<ReturnType<Management['markBroken']>, void>>,
  Expect<Equal<Parameters<Management['drain']>, [delay?: number | undefined]>>,
  Expect<Equal<ReturnType<Management['drain']>, Promise<void>>>,
  Expect<Equal<Parameters<Management['addresses']>, []>>,
  Expect<Equal<ReturnType<Management['addresses']>, (AddressInfo | string)[]>>,
  Expect<Equal<Health['status'], Status>>,
  Expect<Equal<Health['components'], Readonly<Record<string, Component>>>>,
  Expect<Equal<InstanceType<typeof errors.KindUnknown>['code'], string>>,
  Expect<Equal<InstanceType<typeof errors.StartupCompleted>['code'], string>>
]

/** Fastify accepts the plugin in every form. */
export async function register (fastify: FastifyInstance): Promise<void> {
  await fastify.register(management)
  await fastify.register(management, { prefix: '/z' })
  await fastify.register(named, (parent) => ({ prefix: parent.prefix }))
  await fastify.register(import('../lib/index.js'), { prefix: '/z' })
  // @ts-expect-error the option does not exist
  await fastify.register(management, { prefx: '/z' })
  // @ts-expect-error undefined would open the endpoints
  await fastify.register(management, { auth: undefined })
}

export const plugin: FastifyPluginAsync = async (fastify) => {
  fastify.management.addCheck('readiness', 'db', async () => await Promise.resolve())
  fastify.management.addCheck(['liveness', 'a-custom-one'] as const, 'self', () => true, { timeout: 100 })
  fastify.management.addCheck('health', 'cache', () => true, { interval: 10_000, failureStatus: 'DEGRADED' })
  fastify.management.addInfo('queue', () => ({ waiting: 1 }))
  fastify.management.takeOutOfService('the cache is being rebuilt')
  fastify.management.putInService()
  fastify.management.markBroken('the worker thread is gone')
  await fastify.management.drain()
  await fastify.management.drain(5_000)
  const { status, components } = await fastify.management.health()
  fastify.log.info(`${status} ${components['db']?.status ?? 'UNKNOWN'} ${String(fastify.management.removeCheck('db'))}`)

  // @ts-expect-error a check needs a name
  fastify.management.addCheck('readiness', () => true)
  // @ts-expect-error a check must not return a number
  fastify.management.addCheck('readiness', 'db', () => 1)
  // @ts-expect-error the status does not exist
  fastify.management.addCheck('readiness', 'db', () => ({ status: 'OK' }))
  // @ts-expect-error a time is a number of milliseconds
  fastify.management.addCheck('readiness', 'db', () => true, { timeout: '1s' })
  // @ts-expect-error a failure cannot be reported as UP
  fastify.management.addCheck('readiness', 'db', () => true, { failureStatus: 'UP' })
  // @ts-expect-error the option does not exist
  fastify.management.addCheck('readiness', 'db', () => true, { retries: 3 })
  // @ts-expect-error a reason is required
  fastify.management.takeOutOfService()
  // @ts-expect-error a reason is a string
  fastify.management.takeOutOfService(new Error('no'))
  // @ts-expect-error putInService() takes no reason
  fastify.management.putInService('the cache is there')
  // @ts-expect-error a reason is required
  fastify.management.markBroken()
  // @ts-expect-error a reason is a string
  fastify.management.markBroken(new Error('no'))
  // @ts-expect-error a time is a number of milliseconds
  await fastify.management.drain('5s')
  // @ts-expect-error a section is a function
  fastify.management.addInfo('queue', { waiting: 1 })
  // @ts-expect-error a kind is a string
  await fastify.management.health(1)
  // @ts-expect-error addCheck must be a function
  fastify.management.addCheck = undefined
  // @ts-expect-error the components of a report are readonly
  components['db'] = { status: 'UP' }
}

/** An app recognizes management routes by their `config`. */
export const host = Fastify()
host.addHook('onRequest', async (request, reply) => {
  const routeClass: RouteClass | undefined = request.routeOptions.config.management
  if (routeClass === 'probe') return
  // @ts-expect-error a route is a probe or a report
  if (routeClass === 'health') return
  await reply.code(401).send()
})
host.get('/own', { config: { management: 'report' } }, () => 'own')
// @ts-expect-error a route is a probe or a report
host.get('/other', { config: { management: 'other' } }, () => 'other')

export function isUnknownKind (error: unknown): boolean {
  return error instanceof errors.KindUnknown
}

export function isTooLate (error: unknown): boolean {
  return error instanceof errors.StartupCompleted && error.code === 'FST_MANAGEMENT_STARTUP_COMPLETED'
}

// @ts-expect-error the error does not exist
export const nothing: unknown = errors.Nothing
