import { join } from 'node:path'
import t from 'tap'
import { findAppPackage } from '../../lib/info/app-package.js'
import { surroundingsOf } from './fixtures/system-of.js'

const packageOf = (name: string, version = '1.0.0') => JSON.stringify({ name, version })

await t.test('without a package.json there is no app', async (t) => {
  t.equal(await findAppPackage(surroundingsOf(t.testdir())), undefined)
  t.equal(await findAppPackage(surroundingsOf(t.testdir(), { argv: ['node', '/missing/server.js'] })), undefined)
})

await t.test('one that is broken, unreadable, nameless or no object is passed over', async (t) => {
  const contents = ['{', '', '[]', 'null', '"x"', '1', '{}', '{"name":""}', '{"name":" "}', '{"name":7}', '{"type":"commonjs"}', {}]
  for (const content of contents) {
    const folder = t.testdir({ 'package.json': packageOf('app'), dist: { 'package.json': content, 'server.js': '' } })
    const found = await findAppPackage(surroundingsOf(folder, { cwd: '/', argv: ['node', join(folder, 'dist/server.js')] }))
    t.same(found, { name: 'app', version: '1.0.0' }, JSON.stringify(content))
  }
})

await t.test('a version that is no text is left out', async (t) => {
  const folder = t.testdir({ 'package.json': '{"name":"app","version":1}' })
  t.same(await findAppPackage(surroundingsOf(folder)), { name: 'app' })
})

await t.test('the package of the main script comes before that of the working directory', async (t) => {
  const folder = t.testdir({ 'package.json': packageOf('root'), app: { 'package.json': packageOf('app'), src: { 'server.js': '' } } })
  const found = await findAppPackage(surroundingsOf(folder, { argv: ['node', join(folder, 'app/src/server.js')] }))
  t.equal(found?.name, 'app')
})

await t.test('a main script may be a folder, and relative', async (t) => {
  const folder = t.testdir({ 'package.json': packageOf('root'), app: { 'package.json': packageOf('app') } })
  t.equal((await findAppPackage(surroundingsOf(folder, { argv: ['node', 'app'] })))?.name, 'app')
})

await t.test('a script that does not exist is looked up where it would be', async (t) => {
  const folder = t.testdir({ 'package.json': packageOf('app') })
  t.equal((await findAppPackage(surroundingsOf(folder, { cwd: '/', argv: ['node', join(folder, 'gone.js')] })))?.name, 'app')
})

await t.test('a tool in node_modules is not the app, the working directory is', async (t) => {
  const tool = { 'package.json': packageOf('fastify-cli'), 'cli.js': '' }
  const folder = t.testdir({
    'package.json': packageOf('app'),
    src: {},
    bin: { fastify: t.fixture('symlink', '../node_modules/fastify-cli/cli.js') },
    node_modules: { 'fastify-cli': tool }
  })
  for (const script of ['node_modules/fastify-cli/cli.js', 'bin/fastify']) {
    const found = await findAppPackage(surroundingsOf(folder, { cwd: join(folder, 'src'), argv: ['node', join(folder, script)] }))
    t.equal(found?.name, 'app', script)
  }
})
