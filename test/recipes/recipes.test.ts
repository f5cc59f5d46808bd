import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { nodeBinary } from '../support/packaging/nodes.js'
import { missing, servers, startServer } from '../support/servers/index.js'
import type { ServerName, TestServer } from '../support/servers/index.js'
import { GROUPS, WITHOUT_SERVER } from './expected.js'
import type { Group } from './expected.js'
import { installPackages } from './packages.js'
import { readPage, recipesOf } from './page.js'
import { RecipeApps } from './recipe-apps.js'
import type { Bench } from './recipe-apps.js'
import { serversFrom } from './servers/index.js'

/** Several of the packages need Node 22. */
const NODE = '24'
/** A frozen server keeps the calls of a client that has no limit for one call. Their number must not grow. */
const MAX_ABANDONED = 2

/** Only ends a test that hangs. */
const LIMIT_MS = 900_000

t.setTimeout(LIMIT_MS)

const page = await readPage()
const recipes = recipesOf(page)

await t.test('every recipe of the page is tested', (t) => {
  const tested = [...GROUPS.flatMap(({ recipes }) => Object.keys(recipes)), ...WITHOUT_SERVER]
  t.same(recipes.map(({ file }) => file).sort(), tested.sort())
  t.end()
})

await t.test('the table of the page lists the tested versions', async (t) => {
  const manifest = JSON.parse(await readFile(new URL('packages/package.json', import.meta.url), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const [, rows = ''] = page.split('| recipe | packages | tested with |\n')
  const table = rows.slice(0, rows.indexOf('\n\n'))
  const listed = [...table.matchAll(/`([^` ]+)` (\d[\d.]*)/g)].map(([, name, version]) => `${name} ${version}`)
  const packages = { ...manifest.dependencies, ...manifest.devDependencies }
  const tested = Object.entries(packages).map((entry) => entry.join(' '))
  t.same([...new Set(listed)].sort(), tested.sort())
  const sections = [...table.matchAll(/^\| \[([^\]]+)\]/gm)].map(([, section = '']) => section)
  t.same(sections, [...new Set(recipes.map(({ section }) => section))])
  t.match(page, `Node.js ${NODE}`)
})

await t.test('the recipes run', { timeout: LIMIT_MS }, async (t) => {
  const node = await nodeBinary(NODE)
  if (node === undefined) {
    t.comment(`skipped, because npm has no Node ${NODE} for this machine`)
    return
  }
  const bench = { node, packages: await installPackages() }
  for (const group of GROUPS) {
    const skip = group.server in servers && missing(group.server as ServerName)
    await t.test(`the recipes for ${group.server}`, { skip }, async (t) => await testGroup(t, bench, group))
  }
  await t.test('a recipe for SQLite fails while the file is damaged', async (t) => await testSqlite(t, bench))
})

async function testGroup (t: Test, bench: Bench, { server: name, recipes: expected }: Group): Promise<void> {
  const own = serversFrom(bench.packages)
  const server = await startServer(t, name in own ? own[name as keyof typeof own] : name as ServerName)
  const apps = await RecipeApps.start(t, bench, recipes.filter(({ file }) => file in expected), variablesFor(server))
  const passes = async (when: string): Promise<unknown> =>
    t.same(await apps.disagreements((answer) => answer === 'UP'), [], `pass ${when}`)
  const fail = async (fault: 'frozen' | 'stopped'): Promise<unknown> =>
    t.same(await apps.disagreements((answer, file) => {
      const [, status, reason = ''] = /^(\w+): (.*)$/s.exec(answer) ?? []
      return status === 'DOWN' && expected[file]?.[fault].test(reason) === true
    }), [], `fail with the reason while the server is ${fault}`)

  await passes('at first')
  server.freeze()
  await fail('frozen')
  server.thaw()
  await passes('after the server was frozen')
  await server.stop()
  await fail('stopped')
  await server.start()
  await passes('after the server was stopped')
  t.same([...await apps.abandonedCalls()].filter(([, count]) => count > MAX_ABANDONED), [], 'no calls pile up')
  t.equal(await apps.close(), 0, 'the process ends after the apps have closed')
}

function variablesFor ({ host, port, url }: TestServer): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: url,
    MONGODB_URL: url,
    REDIS_URL: url,
    ELASTICSEARCH_URL: `http://${host}:${port}`,
    GRPC_ADDRESS: `${host}:${port}`,
    KAFKA_BROKER: `${host}:${port}`,
    SMTP_URL: `smtp://tester:secret@${host}:${port}`,
    S3_ENDPOINT: `http://${host}:${port}`,
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: 'S3RVER',
    AWS_REGION: 'eu-central-1'
  }
}

async function testSqlite (t: Test, bench: Bench): Promise<void> {
  for (const recipe of recipes.filter(({ file }) => WITHOUT_SERVER.includes(file))) {
    const file = join(t.testdir(), `${recipe.file}.db`)
    const apps = await RecipeApps.start(t, bench, [recipe], { DATABASE_FILE: file })
    t.same(await apps.disagreements((answer) => answer === 'UP'), [])
    const content = await readFile(file)
    await writeFile(file, 'x'.repeat(4_096))
    t.same(await apps.disagreements((answer) => answer === 'DOWN: file is not a database'), [])
    await writeFile(file, content)
    t.same(await apps.disagreements((answer) => answer === 'UP'), [])
    t.equal(await apps.close(), 0)
  }
}
