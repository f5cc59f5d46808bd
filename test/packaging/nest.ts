import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { fetchAnswer } from '../support/app.js'
import { copyInto, makeProject, ownVersionOf, root, temporaryFolder } from '../support/packaging/project.js'
import type { Pack } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'
import { Program } from '../support/process.js'
import { freePort } from '../support/servers/free-port.js'

const MAJORS = ['11', '12']
const CONNECTIONS = 4
/** The plugin's delay in Kubernetes, in milliseconds. */
const DELAY_MS = 5_000

/** Runs the app of `docs/nest.md` under load in each version of Nest, and sends SIGTERM. */
export async function testNest (t: Test, { tarball }: Pack): Promise<void> {
  for (const major of MAJORS) {
    await t.test(`in Nest ${major}, no request fails at SIGTERM, and the pool ends after the delay`, async (t) => {
      const folder = await temporaryFolder()
      t.teardown(folder.remove)
      await compileApp(folder.path, tarball, major)
      await testShutdown(t, folder.path)
    })
  }
}

async function compileApp (folder: string, tarball: string, major: string): Promise<void> {
  const nest = ['core', 'common', 'platform-fastify'].map((name) => `@nestjs/${name}@${major}`)
  await makeProject(folder, [tarball, ...nest, 'reflect-metadata', 'rxjs', await ownVersionOf('@types/node')])
  const source = join(folder, 'src')
  const page = await readFile(join(root, 'docs/nest.md'), 'utf8')
  for (const kind of ['src', 'out']) {
    await mkdir(join(folder, kind))
    await writeFile(join(folder, kind, 'package.json'), '{"type":"commonjs"}')
  }
  await copyInto(source, 'test', 'packaging', 'fixtures', 'nest')
  // A block of the app begins with the name of its file.
  for (const [, block = '', file = ''] of page.matchAll(/^```ts\n(\/\/ (\S+)\n[^]*?)^```$/gm)) {
    await writeFile(join(source, file), block)
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      target: 'es2023',
      module: 'nodenext',
      rootDir: 'src',
      outDir: 'out',
      types: ['node'],
      strict: true,
      esModuleInterop: true,
      skipLibCheck: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true
    },
    include: ['src']
  }))
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false'], folder)
}

async function testShutdown (t: Test, folder: string): Promise<void> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = { PORT: String(port), KUBERNETES_SERVICE_HOST: '10.96.0.1' }
  const app = new Program(t, 'out/main.js', env, [], { program: process.execPath, flags: [], cwd: folder })
  const isEnded = new AbortController()
  const ended = app.ending.finally(() => isEnded.abort())
  const poolEnded = app.waitForLine(/(the pool has ended)/).then(() => performance.now())
  // The assertions below report a process that ends too early.
  poolEnded.catch(() => undefined)
  while (await outcomeOf(`${url}/z/health/readiness`) !== '200 {"status":"UP"}') {
    if (isEnded.signal.aborted) throw new Error(`the app ended before it was ready: ${(await ended).stderr}`)
    await sleep(50)
  }

  const outcomes = new Map<string, number>()
  const load = Array.from({ length: CONNECTIONS }, async () => await sendUntilRefused(`${url}/books`, outcomes))
  while (outcomes.size === 0) await sleep(10)
  const signalledAt = performance.now()
  app.kill('SIGTERM')
  while (await outcomeOf(`${url}/z/health/readiness`) === '200 {"status":"UP"}') await sleep(10)
  t.equal(await outcomeOf(`${url}/z/health/readiness`), '503 {"status":"OUT_OF_SERVICE"}')
  t.equal(await outcomeOf(`${url}/z/health/liveness`), '200 {"status":"UP"}')
  await Promise.all(load)
  t.match(await ended, { code: 0, signal: null })
  t.same([...outcomes.keys()].sort(), ['200 ["Emma"]', 'ECONNREFUSED'])
  t.ok(await poolEnded - signalledAt >= DELAY_MS, 'the pool ends after the delay')
  t.equal(app.lines.filter((line) => line.includes('the pool has ended')).length, 1, 'the pool ends once')
}

/** Sends requests one after the other until the app takes no connection. Counts the outcomes. */
async function sendUntilRefused (url: string, outcomes: Map<string, number>): Promise<void> {
  for (let outcome = ''; outcome !== 'ECONNREFUSED';) {
    outcome = await outcomeOf(url)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
}

async function outcomeOf (url: string): Promise<string> {
  try {
    const { status, text } = await fetchAnswer(url, { connection: 'close' })
    return `${status} ${text}`
  } catch (error) {
    return String((error as { cause?: { code?: string } }).cause?.code)
  }
}
