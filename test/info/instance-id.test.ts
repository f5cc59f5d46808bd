import { execFile, execFileSync } from 'node:child_process'
import {
  chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { instanceId } from '../../lib/info/instance-id.js'
import type { System } from '../../lib/info/system.js'
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

await t.test('instanceId() replaces a broken or untrusted file of the same user', { skip: IS_WINDOWS }, async (t) => {
  const places = {
    'no UUID': (path: string) => writeFileSync(path, 'hello\n'),
    'an empty file': (path: string) => writeFileSync(path, ''),
    'half a UUID': (path: string) => writeFileSync(path, KNOWN.slice(0, 20)),
    'a megabyte': (path: string) => writeFileSync(path, '0'.repeat(1_000_000)),
    'a file without rights': (path: string) => {
      writeFileSync(path, 'x')
      chmodSync(path, 0)
    },
    'a FIFO': (path: string) => { execFileSync('mkfifo', [path]) },
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
    const problems: string[] = []
    const id = await instanceId('app', systemOf(folder), (problem) => problems.push(problem))
    t.match(id, UUID, place)
    t.not(id, KNOWN, place)
    t.equal(await instanceId('app', systemOf(folder)), id, `${place}: the next start has the same id`)
    t.same(problems, [], place)
    t.same(readdirSync(folder), before, `${place}: no other file is left behind`)
    const stats = lstatSync(path)
    t.ok(stats.isFile(), place)
    t.equal(stats.mode & 0o777, 0o600, place)
  }
})

await t.test('instanceId() leaves the target of a symbolic link alone', { skip: IS_WINDOWS }, async (t) => {
  const folder = t.testdir({ target: KNOWN })
  const path = join(folder, await fileNameOf(folder))
  symlinkSync(join(folder, 'target'), path)
  await instanceId('app', systemOf(folder))
  t.equal(readFileSync(join(folder, 'target'), 'utf8'), KNOWN)
})

await t.test('instanceId() reports a file that it cannot replace, with a reason and a remedy', async (t) => {
  const folder = t.testdir()
  const path = join(folder, await fileNameOf(folder))
  mkdirSync(join(path, 'full'), { recursive: true })
  t.equal(await problemOf(folder), `service.instance.id changes at each start, because ${path} cannot keep it: ` +
    'it is a directory. Remove it or make it writable, or set the option "serviceInstanceId" to the id itself')
  t.equal(readdirSync(folder).length, 2, 'no file is left behind')
})

await t.test('instanceId() reports a folder that does not exist', async (t) => {
  t.match(await problemOf(join(t.testdir(), 'missing')), /cannot keep it: ENOENT: no such file or directory, open/)
})

await t.test('instanceId() uses the replacement that another process has linked, but not yet renamed', async (t) => {
  const folder = t.testdir()
  const path = join(folder, await fileNameOf(folder))
  writeFileSync(path, 'hello')
  writeFileSync(`${path}.new`, KNOWN, { mode: 0o600 })
  t.equal(await instanceId('app', systemOf(folder)), KNOWN)
  t.equal(readFileSync(path, 'utf8'), KNOWN)
  t.notOk(existsSync(`${path}.new`))
})

await t.test('instanceId() uses no replacement that others may write to', { skip: IS_WINDOWS }, async (t) => {
  const folder = t.testdir()
  const path = join(folder, await fileNameOf(folder))
  writeFileSync(path, 'hello')
  writeFileSync(`${path}.new`, KNOWN)
  chmodSync(`${path}.new`, 0o666)
  t.match(await problemOf(folder), `cannot keep it: it cannot be replaced by ${path}.new`)
  t.equal(await problemOf(folder), undefined, 'the next start replaces the file')
})

/** The message that `instanceId()` reports. */
async function problemOf (folder: string, changes: Partial<System> = {}): Promise<string | undefined> {
  const problems: string[] = []
  const id = await instanceId('app', systemOf(folder, changes), (problem) => problems.push(problem))
  t.match(id, UUID)
  return problems[0]
}

await t.test('instanceId() does not trust a file of another user', { skip: process.getuid?.() !== 0 }, async (t) => {
  const folder = t.testdir()
  const system = systemOf(folder, { uid: 12345 })
  const first = await instanceId('app', system)
  t.not(await instanceId('app', system), first)
  t.match(await problemOf(folder, { uid: 12345 }), /it belongs to another user/)
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

await t.test('instanceId() returns the same id to concurrent calls that find a broken file', async (t) => {
  const folder = t.testdir()
  const path = join(folder, await fileNameOf(folder))
  for (let round = 0; round < 20; round++) {
    writeFileSync(path, 'broken')
    const ids = await Promise.all(Array.from({ length: 5 }, () => instanceId('app', systemOf(folder))))
    t.equal(new Set(ids).size, 1)
    t.same(readdirSync(folder).length, 2)
  }
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
