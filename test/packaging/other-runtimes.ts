import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { copyInto } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'
import { OTHER_RUNTIMES } from '../support/packaging/runtimes.js'

/** The output of the program on every runtime. */
const EXPECTED = {
  '/z/health/liveness': [200, { status: 'UP' }],
  '/z/health/readiness': [503, { status: 'DOWN' }],
  '/z/health/startup': [200, { status: 'UP' }],
  '/z/version': [200, 1],
  'HEAD /z/health/liveness': [200, '15', 'no-store, max-age=0, private'],
  reason: 'no database',
  traced: ['asyncEnd broken', 'asyncEnd hung', 'start broken', 'start hung']
}

/** Runs a program with checks, a port of its own and a shutdown, on Bun and Deno. */
export async function testOtherRuntimes (t: Test, project: string): Promise<void> {
  const folder = join(project, 'runtimes')
  await mkdir(folder)
  await copyInto(folder, 'test', 'packaging', 'fixtures', 'runtimes')
  for (const { name, version, args, binary } of OTHER_RUNTIMES) {
    for (const port of ['app', 'own']) {
      await t.test(`${name} ${version} with the endpoints on the ${port} port`, async (t) => {
        const program = await binary()
        if (program === undefined) {
          t.pass('the program', { skip: `npm has no ${name} for this machine` })
          return
        }
        const printed = await run(program, [...args, join(folder, 'smoke.js'), port], project)
        t.same(JSON.parse(printed), { ...EXPECTED, runtime: [name, version] })
      })
    }
  }
}
