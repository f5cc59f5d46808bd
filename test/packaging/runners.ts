import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { addTo, copyInto, makeProject, temporaryFolder } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

/** A test runner of apps: its packages, the command, its files in `fixtures/runners/`, and how many tests pass. */
interface Runner {
  readonly packages: readonly string[]
  readonly command: readonly string[]
  /** Flags of Node. */
  readonly flags?: readonly string[]
}

const JEST = ['node_modules/jest/bin/jest.js', '--testMatch']
/** Jest cannot load version 2 of the package cookie in CommonJS mode. The page on testing has this workaround. */
const OVERRIDES = { 'light-my-request': { cookie: '^1.1.1' } }

const RUNNERS: Readonly<Record<string, Runner>> = {
  'jest 30': { packages: ['jest@30'], command: [...JEST, '**/jest.test.js'] },
  'jest 30 with ES modules': {
    packages: ['jest@30'], command: [...JEST, '**/jest-esm.test.mjs'], flags: ['--experimental-vm-modules']
  },
  'jest 29': { packages: ['jest@29'], command: [...JEST, '**/jest.test.js'] },
  'jest 29 with ES modules': {
    packages: ['jest@29'], command: [...JEST, '**/jest-esm.test.mjs'], flags: ['--experimental-vm-modules']
  },
  'ts-jest': {
    packages: ['jest@30', 'ts-jest@29', 'typescript@5.9', '@types/jest@30', '@types/node@22'],
    command: [...JEST, '**/ts-jest.spec.ts', '--preset', 'ts-jest']
  },
  vitest: { packages: ['vitest@4'], command: ['node_modules/vitest/vitest.mjs', 'run', 'vitest.test.mjs'] },
  mocha: { packages: ['mocha@11'], command: ['node_modules/mocha/bin/mocha.js', 'mocha.cjs', 'mocha.mjs'] }
}

/** Tests an app with Node's own runner, and with the others in a run of all tests, because it installs them. */
export async function testRunners (t: Test, tarball: string, project: string): Promise<void> {
  await t.test('node:test passes', async (t) => {
    await copyInto(project, 'test', 'packaging', 'fixtures', 'runners')
    await t.resolves(run(process.execPath, ['--test', 'node-test.cjs', 'node-test.mjs'], project))
  })
  if (process.env['TEST_LONG'] === undefined) return
  for (const [name, { packages, command, flags = [] }] of Object.entries(RUNNERS)) {
    await t.test(`${name} passes`, async (t) => {
      const folder = await commonJsProject(t, [tarball, 'fastify@5', ...packages])
      await t.resolves(run(process.execPath, [...flags, ...command], folder))
    })
  }
}

/** A project without configuration, except the workaround for cookie. */
async function commonJsProject (t: Test, packages: readonly string[]): Promise<string> {
  const { path, remove } = await temporaryFolder()
  t.teardown(remove)
  await makeProject(path, [])
  const file = join(path, 'package.json')
  const { name } = JSON.parse(await readFile(file, 'utf8')) as { name: string }
  await writeFile(file, JSON.stringify({ name, private: true, overrides: OVERRIDES }))
  await addTo(path, packages)
  await copyInto(path, 'test', 'packaging', 'fixtures', 'runners')
  const types = ['jest', 'node']
  await writeFile(join(path, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { target: 'es2023', module: 'commonjs', esModuleInterop: true, strict: true, types }
  }))
  return path
}
