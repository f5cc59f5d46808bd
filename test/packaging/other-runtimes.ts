import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { ExampleProcess } from '../support/example-process.js'
import { addTo, copyInto, ownVersionOf } from '../support/packaging/project.js'
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

/** The packages that the example imports, besides Fastify. */
const EXAMPLE_PACKAGES = ['@electric-sql/pglite', '@fastify/error', 'fastify-plugin', 'prom-client', 'typebox']

/** Runs a program with checks, a port of its own and a shutdown, and the example, on Bun and Deno. */
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
  await testExample(t, project)
}

async function testExample (t: Test, project: string): Promise<void> {
  await addTo(project, await Promise.all(EXAMPLE_PACKAGES.map(ownVersionOf)))
  await copyInto(join(project, 'example'), 'example')
  await copyInto(join(project, 'scripts/end-with-shell.ts'), 'scripts', 'end-with-shell.ts')
  for (const { name, version, args, binary } of OTHER_RUNTIMES) {
    await t.test(`the example on ${name} ${version} answers, fails and shuts down`, async (t) => {
      const program = await binary()
      if (program === undefined) {
        t.pass('the example', { skip: `npm has no ${name} for this machine` })
        return
      }
      const example = new ExampleProcess(t, { PORT: '0' }, { program, flags: args, cwd: project })
      await example.listening()
      t.match(await example.get('/z/health/liveness'), { status: 200, text: '{"status":"UP"}' })
      t.match(await example.get('/z/health'), {
        status: 200,
        body: { components: { db: { status: 'UP' }, inventory: { components: { shelves: { status: 'UP' } } } } }
      })
      t.match(await example.get('/z/info'), { status: 200, body: { app: { name: 'bookshop' }, books: { count: 2 } } })
      t.match(await example.get('/z/version'), { status: 200, text: '1.0.0' })
      await example.post('/break/inventory')
      t.match(await example.get('/z/health/inventory'), { status: 503, body: { status: 'DOWN' } })
      await example.post('/break/db')
      t.match(await example.get('/z/health/readiness'), { status: 503, text: '{"status":"DOWN"}' })
      t.match(await example.get('/z/health/liveness'), { status: 200 })
      example.kill('SIGTERM')
      t.match(await example.ending, { code: 0, signal: null })
    })
  }
}
