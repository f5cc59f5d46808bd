import management from 'fastify-management-endpoints'

type Fastify = Parameters<typeof management>[0]

/** With no other import: `fastify.management` is there because the package's own declarations put it there. */
export async function app (fastify: Fastify): Promise<string> {
  await fastify.register(management, { prefix: '/z' })
  fastify.management.addCheck('readiness', 'db', async () => await Promise.resolve({ status: 'UP' }))
  const { status } = await fastify.management.health()
  return status
}
