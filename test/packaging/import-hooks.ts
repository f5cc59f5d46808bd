import type { Test } from 'tap'
import { isLong } from '../support/long.js'
import { copyInto, makeProject, temporaryFolder } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

/** An agent that hooks into the imports of an app: its packages, and Node's flags. */
interface Agent {
  readonly packages: readonly string[]
  readonly flags: readonly string[]
  /** The module with the hooks, if the agent's own program is not started. */
  readonly hook?: string
}

const REGISTER_HOOK = ['--import', './register-hook.mjs']

/** No agent may reach its servers from a test. */
const ENVIRONMENT = [
  'DD_INSTRUMENTATION_TELEMETRY_ENABLED=false',
  'DD_REMOTE_CONFIGURATION_ENABLED=false',
  'DD_TRACE_AGENT_URL=http://127.0.0.1:9',
  'NEW_RELIC_NO_CONFIG_FILE=1',
  'NEW_RELIC_APP_NAME=test',
  'NEW_RELIC_LICENSE_KEY=test',
  'NEW_RELIC_HOST=127.0.0.1',
  'NEW_RELIC_LOG_ENABLED=false'
]

const AGENTS: Readonly<Record<string, Agent>> = {
  ...Object.fromEntries(['1.8.1', '1.11.3', '1.14.0'].map((version) => [`import-in-the-middle ${version}`, {
    packages: [`import-in-the-middle@${version}`], flags: REGISTER_HOOK, hook: 'import-in-the-middle/hook.mjs'
  }])),
  OpenTelemetry: {
    packages: ['@opentelemetry/instrumentation', '@opentelemetry/api'],
    flags: REGISTER_HOOK,
    hook: '@opentelemetry/instrumentation/hook.mjs'
  },
  'dd-trace': { packages: ['dd-trace@5.40'], flags: ['--import', 'dd-trace/initialize.mjs'] },
  Sentry: { packages: ['@sentry/node'], flags: ['--import', './sentry.mjs'] },
  newrelic: { packages: ['newrelic'], flags: ['--import', 'newrelic/esm-loader.mjs', '--require', 'newrelic'] }
}

/** Starts an app under the import hooks of agents, in a run of all tests, because it installs them. */
export async function testImportHooks (t: Test, tarball: string): Promise<void> {
  if (!isLong) return
  for (const [name, { packages, flags, hook = '' }] of Object.entries(AGENTS)) {
    await t.test(`${name} loads the app`, async (t) => {
      const { path, remove } = await temporaryFolder()
      t.teardown(remove)
      await makeProject(path, [tarball, 'fastify@5', ...packages])
      await copyInto(path, 'test', 'packaging', 'fixtures', 'apps')
      const args = [...ENVIRONMENT, `IMPORT_HOOK=${hook}`, process.execPath, ...flags, 'app.mjs']
      t.match(await run('/usr/bin/env', args, path), '200 {"status":"UP"}\n')
    })
  }
}
