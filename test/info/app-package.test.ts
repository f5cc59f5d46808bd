import { join } from 'node:path'
import t from 'tap'
import { findAppPackage } from '../../lib/info/app-package.js'
import { systemOf } from './fixtures/system-of.js'

const packageOf = (name: string, version = '1.0.0') => JSON.stringify({ name, version })

await t.test('findAppPackage() finds no app when there is no package.json', async (t) => {
  t.equal(await findAppPackage(systemOf(t.testdir())), undefined)
  t.equal(await findAppPackage(systemOf(t.testdir(), { argv: ['node', '/missing/server.js'] })), undefined)
})

await t.test('findAppPackage() skips a broken, unreadable or nameless package.json', async (t) => {
  const contents = [
    '{', '', '[]', 'null', '"x"', '1', '{}', '{"name":""}', '{"name":" "}', '{"name":7}', '{"type":"commonjs"}', {}
  ]
  for (const content of contents) {
    const folder = t.testdir({ 'package.json': packageOf('app'), dist: { 'package.json': content, 'server.js': '' } })
    const found = await findAppPackage(systemOf(folder, { cwd: '/', argv: ['node', join(folder, 'dist/server.js')] }))
    t.same(found, { name: 'app', version: '1.0.0' }, JSON.stringify(content))
  }
})

await t.test('findAppPackage() omits a version that is not a string', async (t) => {
  const folder = t.testdir({ 'package.json': '{"name":"app","version":1}' })
  t.same(await findAppPackage(systemOf(folder)), { name: 'app' })
})

await t.test('findAppPackage() takes the version of a nearer package.json without a name', async (t) => {
  const dist = { 'package.json': '{"version":"1.0.1"}', 'server.js': '' }
  const folder = t.testdir({ 'package.json': packageOf('app'), dist })
  const argv = ['node', join(folder, 'dist/server.js')]
  t.same(await findAppPackage(systemOf(folder, { argv })), { name: 'app', version: '1.0.1' })
})

await t.test('findAppPackage() returns a version without a name', async (t) => {
  const folder = t.testdir({ 'package.json': '{"version":"1.0.0"}' })
  t.same(await findAppPackage(systemOf(folder)), { version: '1.0.0' })
})

await t.test('findAppPackage() takes no version from a package.json above the first with a name', async (t) => {
  const folder = t.testdir({ 'package.json': packageOf('root'), app: { 'package.json': '{"name":"app"}' } })
  t.same(await findAppPackage(systemOf(folder, { cwd: join(folder, 'app') })), { name: 'app' })
})

await t.test('findAppPackage() reads a package.json of more than 64 KiB', async (t) => {
  const long = JSON.stringify({ name: 'app', scripts: { x: 'x'.repeat(100_000) }, version: '1.0.0' })
  t.same(await findAppPackage(systemOf(t.testdir({ 'package.json': long }))), { name: 'app', version: '1.0.0' })
})

await t.test('findAppPackage() ignores inherited names and versions', async (t) => {
  const folder = t.testdir({ 'package.json': '{"__proto__":{"name":"x","version":"1"}}' })
  t.equal(await findAppPackage(systemOf(folder)), undefined)
})

await t.test('findAppPackage() prefers the main script\'s package to the working directory\'s', async (t) => {
  const folder = t.testdir({
    'package.json': packageOf('root'),
    app: { 'package.json': packageOf('app'), src: { 'server.js': '' } }
  })
  const found = await findAppPackage(systemOf(folder, { argv: ['node', join(folder, 'app/src/server.js')] }))
  t.equal(found?.name, 'app')
})

await t.test('findAppPackage() accepts a folder and a relative path as the main script', async (t) => {
  const folder = t.testdir({ 'package.json': packageOf('root'), app: { 'package.json': packageOf('app') } })
  t.equal((await findAppPackage(systemOf(folder, { argv: ['node', 'app'] })))?.name, 'app')
})

await t.test('findAppPackage() searches upward from a main script that does not exist', async (t) => {
  const folder = t.testdir({ 'package.json': packageOf('app') })
  t.equal((await findAppPackage(systemOf(folder, { cwd: '/', argv: ['node', join(folder, 'gone.js')] })))?.name, 'app')
})

await t.test('findAppPackage() ignores a main script in node_modules', async (t) => {
  const tool = { 'package.json': packageOf('fastify-cli'), 'cli.js': '' }
  const folder = t.testdir({
    'package.json': packageOf('app'),
    src: {},
    bin: { fastify: t.fixture('symlink', '../node_modules/fastify-cli/cli.js') },
    node_modules: { 'fastify-cli': tool }
  })
  for (const script of ['node_modules/fastify-cli/cli.js', 'bin/fastify']) {
    const system = systemOf(folder, { cwd: join(folder, 'src'), argv: ['node', join(folder, script)] })
    t.equal((await findAppPackage(system))?.name, 'app', script)
  }
})

await t.test('findAppPackage() ignores a package.json in node_modules above the working directory', async (t) => {
  const folder = t.testdir({
    'package.json': packageOf('app'),
    node_modules: { tool: { 'package.json': packageOf('tool', '9.0.0'), bin: {} } }
  })
  const cwd = join(folder, 'node_modules/tool/bin')
  t.same(await findAppPackage(systemOf(folder, { cwd })), { name: 'app', version: '1.0.0' })
})

await t.test('findAppPackage() finds the app of a local tool that starts in another folder', async (t) => {
  const folder = t.testdir({
    app: {
      'package.json': packageOf('app'),
      node_modules: { '.bin': { tool: t.fixture('symlink', '../../../tool.js') } }
    },
    store: { node_modules: { tool: { 'package.json': packageOf('tool'), 'tool.js': '' } } },
    'tool.js': t.fixture('symlink', 'store/node_modules/tool/tool.js'),
    other: {}
  })
  const started = async (script: string) =>
    await findAppPackage(systemOf(folder, { cwd: join(folder, 'other'), argv: ['node', join(folder, script)] }))
  t.same(await started('app/node_modules/.bin/tool'), { name: 'app', version: '1.0.0' })
  t.equal(await started('tool.js'), undefined)
})

await t.test('findAppPackage() does not take the root of several workspaces for the app of a tool', async (t) => {
  const folder = t.testdir({
    'package.json': '{"name":"root","version":"1.0.0","workspaces":["packages/*"]}',
    node_modules: { tool: { 'tool.js': '' } },
    packages: { a: { 'package.json': packageOf('a', '2.0.0') } }
  })
  const argv = ['node', join(folder, 'node_modules/tool/tool.js')]
  t.equal(await findAppPackage(systemOf(folder, { cwd: '/', argv })), undefined)
  t.same(await findAppPackage(systemOf(folder, { cwd: join(folder, 'packages/a'), argv })), {
    name: 'a', version: '2.0.0'
  })
})

await t.test('findAppPackage() follows a link from node_modules to a workspace', async (t) => {
  const folder = t.testdir({
    'package.json': packageOf('root'),
    node_modules: { a: t.fixture('symlink', '../packages/a') },
    packages: { a: { 'package.json': packageOf('a', '2.0.0'), 'server.js': '' } }
  })
  const argv = ['node', join(folder, 'node_modules/a/server.js')]
  t.same(await findAppPackage(systemOf(folder, { argv })), { name: 'a', version: '2.0.0' })
})

await t.test('findAppPackage() searches above a linked main script as it was given, too', async (t) => {
  const folder = t.testdir({
    app: { 'package.json': packageOf('app'), 'server.js': t.fixture('symlink', '../store/server.js') },
    store: { 'server.js': '' }
  })
  const argv = ['node', join(folder, 'app/server.js')]
  t.same(await findAppPackage(systemOf(folder, { cwd: '/', argv })), { name: 'app', version: '1.0.0' })
})

await t.test('findAppPackage() finds the script that pm2 manages, not a script of another tool', async (t) => {
  const folder = t.testdir({
    'package.json': packageOf('current'),
    app: { 'package.json': packageOf('app'), 'server.js': '' },
    node_modules: { pm2: { lib: { 'ProcessContainerFork.js': '' } }, tool: { 'tool.js': '' } }
  })
  const env = { pm_exec_path: join(folder, 'app/server.js') }
  const nameWith = async (script: string, given: Record<string, string>) =>
    (await findAppPackage(systemOf(folder, { env: given, argv: ['node', join(folder, script)] })))?.name
  t.equal(await nameWith('node_modules/pm2/lib/ProcessContainerFork.js', env), 'app')
  t.equal(await nameWith('node_modules/pm2/lib/ProcessContainerFork.js', {}), 'current')
  t.equal(await nameWith('node_modules/tool/tool.js', env), 'current')
})

await t.test('findAppPackage() does not take an argument of node --eval for the main script', async (t) => {
  const folder = t.testdir({ 'package.json': packageOf('current'), other: { 'package.json': packageOf('other') } })
  for (const option of ['-e', '-p', '-pe', '--eval', '--print', '--eval=1']) {
    const system = systemOf(folder, { execArgv: [option], argv: ['node', join(folder, 'other/a.js')] })
    t.equal((await findAppPackage(system))?.name, 'current', option)
  }
})

await t.test('findAppPackage() skips a main script whose path is longer than paths can be', async (t) => {
  const folder = t.testdir({ 'package.json': packageOf('app') })
  const script = join(folder, '/a'.repeat(50_000))
  t.equal((await findAppPackage(systemOf(folder, { argv: ['node', script] })))?.name, 'app')
  t.equal(await findAppPackage(systemOf(folder, { cwd: '/', argv: ['node', script] })), undefined)
})
