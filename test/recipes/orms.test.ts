import { createRequire } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { startApp } from '../support/app.js'
import type { TestApp } from '../support/app.js'
import { missing, startServer } from '../support/servers/index.js'
import { installPackages } from './packages.js'

/** Installs the packages, and waits until a pool has given up the connections of a stopped server. */
t.setTimeout(300_000)

interface Orm {
  readonly client: object
  readonly open?: () => Promise<unknown>
  readonly close: () => Promise<unknown>
}

interface Orms {
  readonly makeOrms: (load: NodeJS.Require, url: string) => Readonly<Record<string, Orm>> & {
    readonly prisma: Orm & { readonly extended: object, readonly pool: object }
  }
  readonly makeOthers: (load: NodeJS.Require) => Readonly<Record<string, object>>
}

const ORMS = ['knex', 'kysely', 'prisma', 'sequelize', 'typeorm']

const { makeOrms, makeOthers } = createRequire(import.meta.url)('./orms.cjs') as Orms
const load = createRequire(join(await installPackages(), 'package.json'))

/** Resolves to the statuses of all components, as soon as they are what a test expects, or after a while. */
async function statusesOf ({ get }: TestApp, expected: string): Promise<Readonly<Record<string, unknown>>> {
  for (let count = 0; ; count++) {
    const { body } = await get('/z/health/readiness?verbose')
    const { components } = body as { readonly components: Readonly<Record<string, { readonly status: string }>> }
    const statuses = Object.fromEntries(Object.entries(components).map(([name, { status }]) => [name, status]))
    if (count === 50 || Object.values(statuses).every((status) => status === expected)) return statuses
    await new Promise((resolve) => { setTimeout(resolve, 100) })
  }
}

async function startWith (t: Test, decorators: Readonly<Record<string, unknown>>): Promise<TestApp> {
  const options = { autoChecks: 'readiness', showDetails: 'always', checkDefaults: { maxBackoff: 200 } } as const
  return await startApp(t, options, {
    after (app) { for (const [name, value] of Object.entries(decorators)) app.decorate(name, value) }
  })
}

await t.test('autoChecks queries PostgreSQL through each ORM', { skip: missing('postgres') }, async (t) => {
  const server = await startServer(t, 'postgres')
  const orms = makeOrms(load, server.url)
  t.teardown(async () => await Promise.all(Object.values(orms).map(async ({ close }) => await close())))
  for (const { open } of Object.values(orms)) await open?.()
  const decorators = Object.fromEntries(Object.entries(orms).map(([name, { client }]) => [`my_${name}`, client]))
  const app = await startWith(t, decorators)
  const all = (status: string): object => Object.fromEntries(ORMS.map((name) => [`my_${name}`, status]))

  t.same(await statusesOf(app, 'UP'), all('UP'))
  const [line] = app.lines.filter(({ message }) => String(message).startsWith('added checks'))
  t.match(line?.['found'], Array.from(ORMS, () => ({ at: [/^fastify\.my_\w+ of the app$/], kinds: ['readiness'] })))
  await server.stop()
  t.same(await statusesOf(app, 'DOWN'), all('DOWN'))
  await server.start()
  t.same(await statusesOf(app, 'UP'), all('UP'))

  await t.test('a Prisma client shares its check with its pool and its extensions', async (t) => {
    const { client, extended, pool } = orms.prisma
    const own = await startWith(t, { client, extended, again: client })
    t.same(await statusesOf(own, 'UP'), { client: 'UP' })
    const pooled = await startWith(t, { extended, pool })
    t.same(await statusesOf(pooled, 'UP'), { pool: 'UP' })
  })
})

await t.test('autoChecks leaves unknown dialects alone, and finds no client in parts of an ORM', async (t) => {
  const others = makeOthers(load)
  const app = await startWith(t, others)
  t.same(await statusesOf(app, 'UP'), { sqlite: 'UP' })
  const [line] = app.lines.filter(({ message }) => String(message).startsWith('autoChecks adds no checks'))
  t.match(line?.['objects'], [
    { path: 'fastify.unknown of the app', reason: /^its dialect cassandra is unknown/ },
    { path: 'fastify.adapter of the app', reason: /^its dialect is unknown/ },
    { path: 'fastify.mongo of the app', reason: /^its driver mongodb has no SQL/ }
  ])
})
