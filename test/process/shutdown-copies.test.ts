import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { BuildOptions } from 'esbuild'
import Fastify from 'fastify'
import t from 'tap'
import type { ManagementErrors, ManagementPlugin } from '../../lib/index.js'
import { fetchAnswer } from '../support/app.js'
import { Program } from '../support/process.js'
import type { CopiesOptions } from './fixtures/shutdown-copies.js'

const FIXTURE = fileURLToPath(new URL('fixtures/shutdown-copies.ts', import.meta.url))
const SOURCE = fileURLToPath(new URL('../../lib/index.ts', import.meta.url))
const ENDED_WELL = { code: 0, signal: null, stderr: '' }

interface Copy {
  readonly default: ManagementPlugin
  readonly errors: ManagementErrors
}

/** A bundle in ESM whose dependencies are in CommonJS needs `require`. */
const BANNER = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);'

/** Bundles the package twice, each time with its dependencies. Returns the modules of the bundles and of the source. */
async function makeCopies (test: Pick<typeof t, 'teardown'>): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fme-copies-'))
  test.teardown(async () => await rm(folder, { recursive: true }))
  const paths = [join(folder, 'one.mjs'), join(folder, 'two.mjs')]
  const options: BuildOptions = { entryPoints: [SOURCE], bundle: true, format: 'esm', platform: 'node' }
  await Promise.all(paths.map(async (outfile) => {
    await build({ ...options, outfile, banner: { js: BANNER }, external: ['fastify'], logLevel: 'silent' })
  }))
  return [...paths, SOURCE].map((path) => pathToFileURL(path).href)
}

function start (test: Pick<typeof t, 'teardown'>, options: CopiesOptions): Program {
  return new Program(test, FIXTURE, { APP: JSON.stringify(options) })
}

function closings (app: Program): readonly string[] {
  return app.lines.filter((line) => line.endsWith(' closes')).sort()
}

await t.test('copies of the package in one process', async (t) => {
  t.jobs = 2
  const modules = await makeCopies(t)

  await t.test('three copies in one process close all apps before the process exits', async (t) => {
    const app = start(t, { modules, delays: [0, 3_000, 0] })
    const url = await app.waitForLine(/^app 2: (.*)$/)
    await app.waitForLine(/^app 3: (.*)$/)
    app.kill('SIGTERM')
    await app.waitForLine(/^app (3) closes$/)
    const slow = fetchAnswer(`${url}/slow`, { connection: 'close' })
    t.match(await slow, { status: 200, text: 'done' })
    t.same(await app.ending, ENDED_WELL)
    t.same(closings(app), ['app 1 closes', 'app 2 closes', 'app 3 closes'])
  })

  await t.test('a second signal ends the delay of every copy once, and a third signal ends the process', async (t) => {
    const app = start(t, { modules, delays: [600_000, 600_000, 600_000] })
    const url = await app.waitForLine(/^app 1: (.*)$/)
    await app.waitForLine(/^app 3: (.*)$/)
    app.kill('SIGTERM')
    await app.waitForLine(/(the app is out of service)/)
    const slow = fetchAnswer(`${url}/slow`, { connection: 'close' })
    await app.waitForLine(/^(slowly)$/)
    app.kill('SIGTERM')
    t.match(await slow, { text: 'done' })
    t.same(await app.ending, ENDED_WELL)
    t.equal(app.lines.filter((line) => line.includes('second signal')).length, 3)
  })

  await t.test('an app shuts down and warns when other code uses the name of the shared signals', async (t) => {
    const app = start(t, { modules: modules.slice(0, 1), delays: [0], foreign: 'no signals' })
    await app.waitForLine(/^app 1: (.*)$/)
    app.kill('SIGTERM')
    t.same(await app.ending, ENDED_WELL)
    t.match(app.lines.join('\n'), /"level":40.*must have the methods join and leave, got the string/)
    t.same(closings(app), ['app 1 closes'])
  })

  await t.test('the apps of the main thread close when a worker thread runs an app too', async (t) => {
    const app = start(t, { modules, delays: [0, 0, 0], worker: true })
    await app.waitForLine(/^worker: (.*)$/)
    app.kill('SIGTERM')
    t.same(await app.ending, ENDED_WELL)
    t.same(closings(app), ['app 1 closes', 'app 2 closes', 'app 3 closes'])
  })

  await t.test('an app that has one copy rejects another, with an error of the same class in both', async (t) => {
    const copies = await Promise.all(modules.map(async (path) => await import(path) as Copy))
    const [first, second] = copies.map((copy) => copy.default)
    const app = Fastify()
    t.teardown(async () => await app.close())
    if (first === undefined || second === undefined) throw new Error('there are no two copies')
    await app.register(first)
    const error: unknown = await Promise.resolve(app.register(second)).catch((error: unknown) => error)
    t.match(error, { code: 'FST_MANAGEMENT_ALREADY_REGISTERED' })
    t.same(copies.map(({ errors }) => error instanceof errors.AlreadyRegistered), [true, true, true])
  })
})
