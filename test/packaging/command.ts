import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Test } from 'tap'
import { listen, refusingPort } from '../support/loopback.js'
import { nodeBinary, OLDEST_NODE, otherMajors } from '../support/packaging/nodes.js'
import { packageName } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

/** Long enough for any machine. */
const PATIENT = ['--timeout', '30000']

/** Tests the command as a project calls it, and as a Docker health check calls it, where PATH may be missing. */
export async function testCommand (t: Test, project: string): Promise<void> {
  const file = join('node_modules', packageName, 'dist', 'probe', 'management-probe.js')
  const up = `http://127.0.0.1:${await listen(
    t,
    createServer((_request, response) => response.end('{"status":"UP"}'))
  )}/z/health/liveness`
  const gone = `http://127.0.0.1:${await refusingPort()}/z/health/liveness`

  const testProgram = async (t: Test, program: string, args: readonly string[]): Promise<void> => {
    await t.rejects(run(program, [...args, gone, ...PATIENT], project), {
      message: /^management-probe: GET .* failed: connect ECONNREFUSED/m,
      cause: { code: 1 }
    })
    t.equal(await run(program, [...args, up, ...PATIENT], project), '{"status":"UP"}\n')
  }

  await t.test(
    'in node_modules/.bin',
    async (t) => await testProgram(t, join(project, 'node_modules', '.bin', 'management-probe'), [])
  )
  await t.test(
    'as a file, without an environment',
    async (t) => await testProgram(t, '/usr/bin/env', ['-i', process.execPath, file])
  )
  for (const version of [OLDEST_NODE, ...otherMajors()]) {
    await t.test(`as a file, on Node ${version}`, async (t) => {
      const binary = await nodeBinary(version)
      if (binary !== undefined) await testProgram(t, binary, [file])
      else t.pass('the command', { skip: `there is no Node ${version} to be had here` })
    })
  }
}
