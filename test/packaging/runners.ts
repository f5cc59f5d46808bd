import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { isLong } from '../support/long.js'
import { nodeBinary, OLDEST_NODE, otherMajors } from '../support/packaging/nodes.js'
import { addTo, copyInto, makeProject, packageName, temporaryFolder } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

/** A test runner of apps: its packages, the command, its files in `fixtures/runners/`, and how many tests pass. */
interface Runner {
  readonly packages: readonly string[]
  readonly command: readonly string[]
  /** Flags of Node. */
  readonly flags?: readonly string[]
  /** Whether it runs in `npm test`, and not only in a run of all tests. */
  readonly always?: true
}

/** On a busy machine a test takes longer than the limits of the runners, for example Mocha's 2 s. */
const PATIENT = '60000'
const JEST = ['node_modules/jest/bin/jest.js', `--testTimeout=${PATIENT}`, '--testMatch']
/** Jest cannot load version 2 of the package cookie in CommonJS mode. The page on testing has this workaround. */
const OVERRIDES = { 'light-my-request': { cookie: '^1.1.1' } }

const RUNNERS: Readonly<Record<string, Runner>> = {
  'jest 30': { packages: ['jest@30'], command: [...JEST, '**/jest.test.js'], always: true },
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
  vitest: {
    packages: ['vitest@4'],
    command: ['node_modules/vitest/vitest.mjs', 'run', `--testTimeout=${PATIENT}`, 'vitest.test.mjs']
  },
  mocha: {
    packages: ['mocha@11', 'sinon@21'],
    command: ['node_modules/mocha/bin/mocha.js', `--timeout=${PATIENT}`, 'mocha.cjs', 'mocha.mjs']
  }
}

/** A package manager with the workaround for cookie, as the page on testing shows it. */
interface Manager {
  readonly package: string
  readonly command: readonly string[]
  /** The content of its package.json, besides the dependencies. */
  readonly manifest?: object
  /** Its own files, by name. */
  readonly files?: Readonly<Record<string, string>>
}

const MANAGERS: Readonly<Record<string, Manager>> = {
  pnpm: {
    package: 'pnpm@10',
    command: ['pnpm/bin/pnpm.cjs', 'install', '--ignore-scripts'],
    files: { 'pnpm-workspace.yaml': 'overrides:\n  "light-my-request>cookie": ^1.1.1\n' }
  },
  'Yarn 1': {
    package: 'yarn@1',
    command: ['yarn/bin/yarn.js', 'install', '--ignore-scripts', '--non-interactive'],
    manifest: { resolutions: { '**/light-my-request/cookie': '^1.1.1' } }
  },
  'Yarn 4': {
    package: '@yarnpkg/cli-dist@4',
    command: ['@yarnpkg/cli-dist/bin/yarn.js', 'install', '--no-immutable'],
    manifest: { resolutions: { 'light-my-request/cookie': '^1.1.1' } },
    files: {
      // Without a lock file, Yarn 4 takes the folder for a part of the folder above.
      'yarn.lock': '',
      '.yarnrc.yml': 'nodeLinker: node-modules\nenableScripts: false\nenableTelemetry: false\n'
    }
  }
}

/** Tests an app with Node's own runner and with Jest. A run of all tests installs the others too. */
export async function testRunners (t: Test, tarball: string, project: string): Promise<void> {
  await t.test('node:test passes', async (t) => {
    await copyInto(project, 'test', 'packaging', 'fixtures', 'runners')
    await t.resolves(run(process.execPath, ['--test', 'node-test.cjs', 'node-test.mjs'], project))
  })
  for (const [name, { packages, command, flags = [], always = false }] of Object.entries(RUNNERS)) {
    if (!isLong && !always) continue
    await t.test(`${name} passes`, async (t) => {
      const folder = await commonJsProject(t, [tarball, 'fastify@5', ...packages])
      for (const node of await nodesFor(name)) {
        await t.resolves(run(node, [...flags, ...command], folder), node)
      }
    })
  }
  if (isLong) await t.test('package managers', async (t) => await testManagers(t, tarball))
}

/** Jest loads modules by itself, so a run of all tests tries it on every Node. */
async function nodesFor (runner: string): Promise<readonly string[]> {
  if (!isLong || !runner.startsWith('jest')) return [process.execPath]
  const others = await Promise.all([OLDEST_NODE, ...otherMajors()].map(nodeBinary))
  return [process.execPath, ...others.filter((binary) => binary !== undefined)]
}

/** Installs the package with each package manager, and tests that its workaround for cookie has an effect. */
async function testManagers (t: Test, tarball: string): Promise<void> {
  const { path, remove } = await temporaryFolder()
  t.teardown(remove)
  await makeProject(path, Object.values(MANAGERS).map((manager) => manager.package))
  const dependencies = { fastify: '5', [packageName]: `file:${tarball}` }
  for (const [name, { command: [program = '', ...args], manifest, files = {} }] of Object.entries(MANAGERS)) {
    await t.test(`${name} installs version 1 of cookie with the workaround`, async (t) => {
      const app = join(path, name)
      await mkdir(app)
      const content = { name: 'app', private: true, dependencies, ...manifest }
      await writeFile(join(app, 'package.json'), JSON.stringify(content))
      for (const [file, text] of Object.entries(files)) await writeFile(join(app, file), text)
      await copyInto(join(app, 'cookie.cjs'), 'test', 'packaging', 'fixtures', 'runners', 'cookie.cjs')
      await run(process.execPath, [join(path, 'node_modules', program), ...args], app)
      t.match(await run(process.execPath, ['cookie.cjs'], app), /^1\./)
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
