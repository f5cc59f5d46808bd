import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { CERTIFICATE } from '../support/certificate.js'
import { nodeBinary, OLDEST_NODE, otherMajors } from '../support/packaging/nodes.js'
import { addTo, copyInto, makeProject, ownVersionOf, temporaryFolder } from '../support/packaging/project.js'
import type { Pack } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

const OLDEST_FASTIFY = 'fastify@5.0.0'

/** Runs each consumer as its own process. Each prints the answer of `/z/health/liveness`. */
export async function testRuntime (t: Test, { tarball }: Pack, project: string): Promise<void> {
  const autoload = await ownVersionOf('@fastify/autoload')
  await addTo(project, [autoload])
  await copyConsumers(project)

  await t.test(
    `on the running Node ${process.versions.node}`,
    async (t) => await testConsumers(t, process.execPath, project)
  )
  for (const major of otherMajors()) {
    await t.test(`on Node ${major}`, async (t) => await testOn(t, major, project))
  }

  await t.test(`on the oldest Node ${OLDEST_NODE} with the oldest ${OLDEST_FASTIFY}`, async (t) => {
    const folder = await temporaryFolder()
    t.teardown(folder.remove)
    await makeProject(folder.path, [tarball, OLDEST_FASTIFY, autoload])
    await copyConsumers(folder.path)
    await testOn(t, OLDEST_NODE, folder.path)
  })
}

async function copyConsumers (folder: string): Promise<void> {
  await copyInto(folder, 'test', 'packaging', 'fixtures', 'consumers')
  await writeFile(join(folder, 'certificate.json'), JSON.stringify(CERTIFICATE))
}

async function testOn (t: Test, version: string, project: string): Promise<void> {
  const binary = await nodeBinary(version)
  if (binary !== undefined) await testConsumers(t, binary, project)
  else t.pass('consumers', { skip: `there is no Node ${version} to be had here` })
}

async function testConsumers (t: Test, node: string, project: string): Promise<void> {
  const consumers = (await readdir(project)).filter((file) => /\.c?js$/.test(file))
  t.ok(consumers.length > 0, 'there are consumers')
  t.jobs = 2
  await Promise.all(consumers.map(async (consumer) => await t.test(consumer, async (t) => {
    const answer =
      consumer === 'autoload-options.js'
        ? '200 {"status":"UP","components":{"self":{"status":"UP"}}}'
        : '200 {"status":"UP"}'
    t.equal(await run(node, [join(project, consumer)], project), `${answer}\n`)
  })))
}
