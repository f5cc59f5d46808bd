import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { instanceId } from '../../lib/info/instance-id.js'
import { surroundingsOf } from './fixtures/system-of.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const KNOWN = '00000000-0000-4000-8000-000000000000'

/** The path that the id of `app` would be kept at: as a first call makes it in a folder of its own. */
async function fileNameOf (folder: string): Promise<string> {
  mkdirSync(join(folder, 'first'))
  await instanceId('app', surroundingsOf(join(folder, 'first')))
  const [name = ''] = readdirSync(join(folder, 'first'))
  return name
}

await t.test('a temporary folder that is not there gives an id for this process', async (t) => {
  const surroundings = surroundingsOf(join(t.testdir(), 'missing'))
  const id = await instanceId('app', surroundings)
  t.match(id, UUID)
  t.not(await instanceId('app', surroundings), id)
})

await t.test('what lies in the place of the file and is not to be trusted is neither used nor changed', { skip: process.platform === 'win32' }, async (t) => {
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
    const id = await instanceId('app', surroundingsOf(folder))
    t.match(id, UUID, place)
    t.not(id, KNOWN, place)
    t.same(readdirSync(folder), before, `${place}: no file is left behind`)
  }
})

await t.test('a file of another owner is not trusted', { skip: process.getuid?.() !== 0 }, async (t) => {
  const folder = t.testdir()
  const surroundings = surroundingsOf(folder, { uid: 12345 })
  const first = await instanceId('app', surroundings)
  t.not(await instanceId('app', surroundings), first)
})

await t.test('the id is a UUID and stays the same', async (t) => {
  const surroundings = surroundingsOf(t.testdir())
  const id = await instanceId('app', surroundings)
  t.match(id, UUID)
  t.equal(await instanceId('app', surroundings), id)
})

await t.test('where users have no number the id stays the same', async (t) => {
  const surroundings = surroundingsOf(t.testdir(), { uid: undefined })
  t.equal(await instanceId('app', surroundings), await instanceId('app', surroundings))
})

await t.test('the file is private and the only one left', { skip: process.platform === 'win32' }, async (t) => {
  const folder = t.testdir()
  const id = await instanceId('app', surroundingsOf(folder))
  const [name = '', ...others] = readdirSync(folder)
  t.match(name, /^app-/)
  t.same(others, [])
  t.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
  t.equal(readFileSync(join(folder, name), 'utf8'), `${id}\n`)
})

await t.test('hostile service names have files of their own inside the folder', async (t) => {
  const names = [
    '', '.', '..', '../../etc/passwd', '/etc/passwd', 'a/b', 'a-b', 'a.b', 'a\\b', 'a\0b', 'ünï', '💥', '\uD800', '\uD801', 'A-B',
    'x'.repeat(300), 'x'.repeat(301), 'CON'
  ]
  const folder = t.testdir({ tmp: {} })
  const surroundings = surroundingsOf(join(folder, 'tmp'))
  const ids = await Promise.all(names.map((name) => instanceId(name, surroundings)))
  t.same(await Promise.all(names.map((name) => instanceId(name, surroundings))), ids)
  t.equal(new Set(ids).size, names.length)
  t.equal(new Set(readdirSync(join(folder, 'tmp')).map((name) => name.toLowerCase())).size, names.length)
  t.same(readdirSync(folder), ['tmp'])
})

await t.test('calls that race agree', async (t) => {
  const surroundings = surroundingsOf(t.testdir())
  const ids = await Promise.all(Array.from({ length: 50 }, () => instanceId('app', surroundings)))
  t.equal(new Set(ids).size, 1)
  t.equal(readdirSync(surroundings.tmpdir).length, 1)
})

await t.test('processes that race agree', async (t) => {
  const folder = t.testdir()
  const source = `
    import { instanceId } from './lib/info/instance-id.js'
    console.log(await instanceId('app', { tmpdir: ${JSON.stringify(folder)}, uid: process.getuid?.() }))`
  const start = () => promisify(execFile)(process.execPath, [...process.execArgv, '--input-type=module', '--eval', source])
  const outputs = await Promise.all(Array.from({ length: 6 }, start))
  const ids = new Set(outputs.map(({ stdout }) => stdout.trim()))
  t.equal(ids.size, 1)
  t.match([...ids][0], UUID)
})
