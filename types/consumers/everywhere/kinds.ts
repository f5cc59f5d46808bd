// An app that names its custom kinds, and mistypes them.
import Fastify from 'fastify'
import management from 'fastify-management-endpoints'
import type { ManagementOptions } from 'fastify-management-endpoints'

declare module 'fastify-management-endpoints' {
  // The second kind has the name of an option of a service dependency.
  interface CustomKinds { replication: true, timeout: true }
}

export const fastify = Fastify()
void fastify.register(management, {
  kinds: ['replication', { name: 'timeout', format: 'terminus' }],
  cascade: ['replication'],
  autoChecks: ['replication'],
  checks: { replication: { lag: { check: () => true, failureStatus: { replication: 'DEGRADED' } } } },
  serviceDependencies: { users: { url: 'users', replication: 'http://users/replication', timeout: 500 } }
})

export const wrong: readonly ManagementOptions[] = [
  // @ts-expect-error the kind is mistyped
  { kinds: ['replicaton'] },
  // @ts-expect-error the kind is mistyped
  { kinds: [{ name: 'replicaton', format: 'terminus' }] },
  // @ts-expect-error the format is mistyped
  { kinds: [{ name: 'replication', format: 'terminuss' }] },
  // @ts-expect-error the kind is mistyped
  { cascade: ['replicaton'] },
  // @ts-expect-error the kind is mistyped
  { autoChecks: ['replicaton'] },
  // @ts-expect-error the kind is mistyped
  { checks: { replicaton: { lag: () => true } } },
  // @ts-expect-error the kind is mistyped
  { checkDefaults: { failureStatus: { replicaton: 'DEGRADED' } } },
  // @ts-expect-error the kind is mistyped
  { serviceDependencies: { users: { url: 'users', replicaton: 'http://users/replication' } } },
  // @ts-expect-error the option of this name is a number
  { serviceDependencies: { users: { url: 'users', timeout: 'http://users/timeout' } } }
]

export function use (): void {
  fastify.management.addCheck(['replication', 'health'], 'lag', () => true, { failureStatus: { replication: 'DOWN' } })
  void fastify.management.health('replication')
  // @ts-expect-error the kind is mistyped
  fastify.management.addCheck('replicaton', 'lag', () => true)
  // @ts-expect-error the kind is mistyped
  fastify.management.addCheck(['health', 'replicaton'], 'lag', () => true)
  // @ts-expect-error the kind is mistyped
  void fastify.management.health('replicaton')
}
