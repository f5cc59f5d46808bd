import { readdirSync } from 'node:fs'
import t from 'tap'
import { collectInfo } from '../../lib/info/collect.js'
import { systemOf } from './fixtures/system-of.js'

const PACKAGE = { 'package.json': '{"name":"packaged","version":"1.2.3"}' }

await t.test('collectInfo() omits only the attributes of a source that throws', async (t) => {
  const system = systemOf(t.testdir(PACKAGE))
  for (const broken of ['arch', 'tmpdir']) {
    Object.defineProperty(system, broken, { get () { throw new Error('broken') } })
  }
  const { 'trace.attributes': attributes } = await collectInfo({ serviceInstanceId: true }, system)
  t.notOk('host.name' in attributes)
  t.notOk('service.instance.id' in attributes)
  t.match(attributes, { 'service.name': 'packaged', 'process.pid': 7 })
})

await t.test('collectInfo() names the service unknown and omits empty sections when no source has data', async (t) => {
  const info = await collectInfo({}, systemOf(t.testdir()))
  t.same(info.app, { name: 'unknown_service:node' })
  t.equal(info['trace.attributes']['service.name'], 'unknown_service:node')
  t.same(Object.keys(info), ['app', 'trace.attributes'])
})

await t.test('collectInfo() takes the name from the option, the environment, the package, in this order', async (t) => {
  const folder = t.testdir(PACKAGE)
  const env = { OTEL_SERVICE_NAME: 'named', OTEL_RESOURCE_ATTRIBUTES: 'service.name=attributed' }
  const both = async (name: string | undefined, given: Record<string, string>) => {
    const info = await collectInfo({ name }, systemOf(folder, { env: given }))
    return [info.app.name, info['trace.attributes']['service.name']]
  }
  t.same(await both('optional', env), ['optional', 'optional'])
  t.same(await both(' ', env), ['named', 'named'])
  t.same(await both(undefined, { ...env, OTEL_SERVICE_NAME: ' ' }), ['packaged', 'attributed'])
  t.same(await both(undefined, { OTEL_RESOURCE_ATTRIBUTES: 'service.name=' }), ['packaged', 'packaged'])
})

await t.test('OTEL_RESOURCE_ATTRIBUTES replaces collected attributes, except with empty values', async (t) => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: 'host.name=given,os.type=,team=a,service.version=9' }
  t.match((await collectInfo({}, systemOf(t.testdir(), { env })))['trace.attributes'], {
    'host.name': 'given', 'os.type': 'linux', team: 'a', 'service.version': '9'
  })
})

await t.test('collectInfo() adds no service.version and no service.instance.id by default', async (t) => {
  const folder = t.testdir(PACKAGE)
  const { 'trace.attributes': attributes } = await collectInfo({}, systemOf(folder))
  t.notOk('service.version' in attributes)
  t.notOk('service.instance.id' in attributes)
  t.same(readdirSync(folder), ['package.json'])
})

await t.test('the instance id comes from the option, OTEL_RESOURCE_ATTRIBUTES, or a file', async (t) => {
  const folder = t.testdir()
  const env = { OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=attributed' }
  const idOf = async (serviceInstanceId: boolean | string, given = {}) => {
    const info = await collectInfo({ serviceInstanceId }, systemOf(folder, { env: given }))
    return info['trace.attributes']['service.instance.id']
  }
  t.equal(await idOf('mine'), 'mine')
  t.equal(await idOf('mine', env), 'mine')
  t.equal(await idOf(true, env), 'attributed')
  t.equal(await idOf(false, env), 'attributed')
  t.equal(await idOf(' '), undefined)
  t.same(readdirSync(folder), [], 'an id that is not shown is not written')
  t.match(await idOf(true), /^[0-9a-f-]{36}$/)
  t.equal(await idOf(true), await idOf(true))
})

await t.test('collectInfo() redacts secrets in all values', async (t) => {
  const folder = t.testdir({ 'git.properties': 'git.branch=https://u:p@h/b\ngit.commit.id=0123456789' })
  const env = {
    OTEL_RESOURCE_ATTRIBUTES: 'db=postgres://u:p@h/db,api.key=x',
    BUILD_URL: 'https://u:p@ci',
    K8S_NODE_NAME: 'token=x'
  }
  const system = systemOf(folder, { env, argv: ['node', 'a.js', '--password', 'x'] })
  t.match(await collectInfo({ name: 'https://u:p@app' }, system), {
    app: { name: 'https://[REDACTED]@app' },
    'trace.attributes': {
      'service.name': 'https://[REDACTED]@app',
      db: 'postgres://[REDACTED]@h/db',
      'api.key': '[REDACTED]',
      'k8s.node.name': 'token=[REDACTED]',
      'process.command_line': 'node a.js --password [REDACTED]'
    },
    git: { branch: 'https://[REDACTED]@h/b', commit: { id: '0123456' } },
    build: { url: 'https://[REDACTED]@ci' }
  })
})

await t.test('collectInfo() redacts the version, and the id and the time of the commit', async (t) => {
  const folder = t.testdir({
    'package.json': '{"name":"token=x","version":"1.0.0+https://u:p@h/"}',
    'git.properties': 'git.commit.id.abbrev=ghp_abcdef123456\ngit.commit.time=password:x'
  })
  const { app, git, build } = await collectInfo({}, systemOf(folder))
  t.same([app, git, build], [
    { name: 'token=[REDACTED]', version: '1.0.0+https://[REDACTED]@h/' },
    { commit: { id: '[REDACTED]', time: 'password:[REDACTED]' } },
    { name: 'token=[REDACTED]', version: '1.0.0+https://[REDACTED]@h/' }
  ])
})

await t.test('collectInfo() shows control characters of names and values, and limits their length', async (t) => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: 'a%C2%9B=b%E2%80%AE', BUILD_NOTE: 'x\u0007'.padEnd(5_000, 'y') }
  const { build, 'trace.attributes': attributes } = await collectInfo({}, systemOf(t.testdir(), { env }))
  t.equal(attributes['a\\u{9b}'], 'b\\u{202e}')
  t.match(build?.['note'], /^x\\u\{7\}y{1994}…$/)
})

await t.test('collectInfo() shows a commit without a branch', async (t) => {
  const info = await collectInfo({}, systemOf(t.testdir({ 'git.properties': 'git.commit.id=0123456789' })))
  t.same(info.git, { commit: { id: '0123456' } })
})

await t.test('collectInfo() reads this process when no system is given', async (t) => {
  const { 'trace.attributes': attributes } = await collectInfo({})
  t.match(attributes, {
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node
  })
  t.notOk(Object.values(attributes).includes(''))
})

await t.test('collectInfo() drops __proto__ from attributes, package.json, git.properties and variables', async (t) => {
  const folder = t.testdir({
    'package.json': '{"__proto__":{"name":"evil","version":"6.6.6"},"version":"1.0.0","name":"app"}',
    'git.properties': '__proto__=x\ngit.branch=main\ngit.__proto__.branch=x'
  })
  const env = { OTEL_RESOURCE_ATTRIBUTES: '__proto__=x,a=b,constructor=c', BUILD___proto__: 'x', BUILD_JOB: '1' }
  const info = await collectInfo({}, systemOf(folder, { env }))
  t.notMatch(JSON.stringify(info), /__proto__|evil|6\.6\.6/)
  t.match(info, { app: { name: 'app', version: '1.0.0' }, git: { branch: 'main' }, build: { job: '1' } })
  t.match(info['trace.attributes'], { a: 'b', constructor: 'c' })
})
