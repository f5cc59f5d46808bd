import { join } from 'node:path'
import type { Test } from 'tap'
import { isLong } from '../support/long.js'
import { VERSIONS } from '../support/openapi.js'
import { addTo, copyInto, ownVersionOf, temporaryFolder } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'
import { Program } from '../support/process.js'

const SCHEMATHESIS = 'schemathesis>=4,<5'

/** Fastify answers 404 for methods that a path does not have, and a probe's 503 is no server error. */
const CHECKED = ['status_code', 'content_type', 'response_schema', 'response_headers']

const ARGUMENTS = [
  '--header', 'Authorization: Bearer operator',
  '--checks', CHECKED.map((name) => `${name}_conformance`).join(),
  '--phases', 'coverage,fuzzing',
  '--max-examples', '50',
  '--generation-deterministic',
  '--no-color'
]

/**
 * Compares the answers of a served app with its OpenAPI document by Schemathesis, in a run of all tests. CI does not
 * run it, because it comes from the Python Package Index, which CI must not depend on.
 *
 * @see https://schemathesis.readthedocs.io
 */
export async function testSchemathesis (t: Test, project: string): Promise<void> {
  if (!isLong) return
  const { path, remove } = await temporaryFolder()
  t.teardown(remove)
  const program = join(path, 'venv/bin/st')
  const fault = await install(path).then(() => undefined, String)
  if (fault !== undefined) {
    t.pass('Schemathesis', { skip: `python3 with venv and pip cannot install Schemathesis: ${fault}` })
    return
  }
  await addTo(project, [await ownVersionOf('@fastify/swagger')])
  await copyInto(project, 'test', 'packaging', 'fixtures', 'apps')
  for (const version of VERSIONS) {
    await t.test(`the app answers as its ${version} document says`, async (t) => {
      const node = { program: process.execPath, flags: [], cwd: project }
      const app = new Program(t, 'openapi.mjs', {}, [version], node)
      const url = await app.waitForLine()
      t.match(await run(program, ['run', `${url}/openapi.json`, ...ARGUMENTS], path), /Tested: 10/)
    })
  }
}

async function install (folder: string): Promise<void> {
  await run('python3', ['-m', 'venv', 'venv'], folder)
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10']
  await run(join(folder, 'venv/bin/python'), [...pip, SCHEMATHESIS], folder)
}
