import type { Test } from 'tap'
import { packageName } from '../support/packaging/project.js'
import { npm } from '../support/packaging/run.js'

interface Listed {
  /** Absent for an optional peer that is not installed. */
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, Listed>>
}

/** Tests which packages npm installs with ours. */
export async function testDependencies (t: Test, project: string): Promise<void> {
  const consumer = JSON.parse(await npm(['ls', '--all', '--json'], project)) as Listed

  await t.test('are only the peer', (t) => {
    const own = consumer.dependencies?.[packageName]?.dependencies ?? {}
    const isInstalled = (name: string): boolean => own[name]?.version !== undefined
    t.same(Object.keys(own).filter(isInstalled), ['fastify'])
    t.same(Object.keys(own).sort(), ['@opentelemetry/api', 'fastify', 'prom-client'], 'two are optional')
    t.end()
  })

  await t.test('do not bring a second Fastify, nor what is bundled', async (t) => {
    const installed = (await npm(['ls', '--all', '--parseable'], project)).split('\n')
    t.equal(installed.filter((path) => /[\\/]fastify$/.test(path)).length, 1)
    t.notOk(installed.some((path) => path.includes('typebox')))
  })
}
