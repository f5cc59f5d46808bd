import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { instanceId } from '../../lib/info/instance-id.js'
import { systemOf } from './fixtures/system-of.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const KNOWN = '00000000-0000-4000-8000-000000000000'

/** The name of the file that keeps the id of `app`. A call in a separate folder shows it. */
async function fileNameOf (folder: string): Promise<string> {
  mkdirSync(join(folder, 'first'))
  await instanceId('app', systemOf(join(folder, 'first')))
  const [name = ''] = readdirSync(join(folder, 'first'))
  return name
}

await t.test('instanceId() returns a new id at each call when the temporary folder is missing', async (t) => {
  const system = systemOf(join(t.testdir(), 'missing'))
  const id = await instanceId('app', system)
  t.match(id, UUID)
  t.not(await instanceId('app', system), id)
})

const IS_WINDOWS = process.platform === 'win32'

await t.test('instanceId() neither uses nor changes an untrusted file', { skip: IS_WINDOWS }, async (t) => {
  const places = {
    'no UUID': (path: string) => writeFileSync(path, 'hello\n'),
    'an empty file': (path: string) => writeFileSync(path, ''),
    'a directory': (path: string) => mkdirSync(path),
    'a link to a UUID': (path: string) => {
      writeFileSync(`${path}.target`, KNOWN)
      symlinkSync(`${path}.target`, path)
    },
    'a link to nothing': (path: string) => symlinkSync(`${path}.target`, path),
    'a file that others may write to': (path: string) => {
      writeFileSync(path, KNOWN)
      chmodSync(path, 0o666)
    }
  }
  for (const [place, put] of Object.entries(places)) {
    const folder = t.testdir()
    const path = join(folder, await fileNameOf(folder))
    put(path)
    const before = readdirSync(folder)
    const id = await instanceId('app', systemOf(folder))
    t.match(id, UUID, place)
    t.not(id, KNOWN, place)
    t.same(readdirSync(folder), before, `${place}: no file is left behind`)
  }
})

await t.test('instanceId() does not trust a file of another user', { skip: process.getuid?.() !== 0 }, async (t) => {
  const folder = t.testdir()
  const system = systemOf(folder, { uid: 12345 })
  const first = await instanceId('app', system)
  t.not(await instanceId('app', system), first)
})

await t.test('instanceId() returns the same UUID at each call', async (t) => {
  const system = systemOf(t.testdir())
  const id = await instanceId('app', system)
  t.match(id, UUID)
  t.equal(await instanceId('app', system), id)
})

await t.test('instanceId() returns the same id when users have no number', async (t) => {
  const system = systemOf(t.testdir(), { uid: undefined })
  t.equal(await instanceId('app', system), await instanceId('app', system))
})

await t.test('instanceId() leaves one private file', { skip: IS_WINDOWS }, async (t) => {
  const folder = t.testdir()
  const id = await instanceId('app', systemOf(folder))
  const [name = '', ...others] = readdirSync(folder)
  t.match(name, /^app-/)
  t.same(others, [])
  t.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
  t.equal(readFileSync(join(folder, name), 'utf8'), `${id}\n`)
})

await t.test('instanceId() keeps one file per service name inside the folder, even for hostile names', async (t) => {
  const names = [
    '', '.', '..', '../../etc/passwd', '/etc/passwd', 'a/b', 'a-b', 'a.b', 'a\\b', 'a\0b', 'ünï', '💥', '\uD800',
    '\uD801', 'A-B', 'x'.repeat(300), 'x'.repeat(301), 'CON'
  ]
  const folder = t.testdir({ tmp: {} })
  const system = systemOf(join(folder, 'tmp'))
  const ids = await Promise.all(names.map((name) => instanceId(name, system)))
  t.same(await Promise.all(names.map((name) => instanceId(name, system))), ids)
  t.equal(new Set(ids).size, names.length)
  t.equal(new Set(readdirSync(join(folder, 'tmp')).map((name) => name.toLowerCase())).size, names.length)
  t.same(readdirSync(folder), ['tmp'])
})

await t.test('instanceId() returns the same id to concurrent calls', async (t) => {
  const system = systemOf(t.testdir())
  const ids = await Promise.all(Array.from({ length: 50 }, () => instanceId('app', system)))
  t.equal(new Set(ids).size, 1)
  t.equal(readdirSync(system.tmpdir).length, 1)
})

await t.test('instanceId() returns the same id in processes that start together', async (t) => {
  const folder = t.testdir()
  const source = `
    import { instanceId } from './lib/info/instance-id.js'
    console.log(await instanceId('app', { tmpdir: ${JSON.stringify(folder)}, uid: process.getuid?.() }))`
  const flags = [...process.execArgv, '--input-type=module', '--eval', source]
  const start = () => promisify(execFile)(process.execPath, flags)
  const outputs = await Promise.all(Array.from({ length: 6 }, start))
  const ids = new Set(outputs.map(({ stdout }) => stdout.trim()))
  t.equal(ids.size, 1)
  t.match([...ids][0], UUID)
})
