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
