import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readOwnTextFile, readTextFile } from '../../lib/base/text-file.js'

const uid = process.getuid?.()

await t.test('a missing file gives nothing', async (t) => {
  t.equal(await readTextFile(join(t.testdir(), 'missing')), undefined)
})

await t.test('a directory gives nothing', async (t) => {
  t.equal(await readTextFile(t.testdir()), undefined)
})

await t.test('a path with a zero byte gives nothing', async (t) => {
  t.equal(await readTextFile('/etc/\0'), undefined)
})

await t.test('a FIFO without a writer gives nothing, at once', { skip: process.platform === 'win32' }, async (t) => {
  const path = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [path])
  t.equal(await readTextFile(path), undefined)
})

await t.test('a device gives nothing', { skip: process.platform === 'win32' }, async (t) => {
  t.equal(await readTextFile('/dev/zero'), undefined)
})

await t.test('a file that opens but cannot be read gives nothing', { skip: process.platform !== 'linux' }, async (t) => {
  t.equal(await readTextFile('/proc/self/mem'), undefined)
})

await t.test('a long file gives its first 64 KiB', async (t) => {
  const folder = t.testdir({ long: 'x'.repeat(70_000) })
  t.equal((await readTextFile(join(folder, 'long')))?.length, 65_536)
})

await t.test('a file that reports size 0 gives its text', { skip: process.platform !== 'linux' }, async (t) => {
  t.match(await readTextFile('/proc/self/mountinfo'), /^\d+ \d+ /)
})

await t.test('a byte order mark is dropped', async (t) => {
  const folder = t.testdir({ file: '\uFEFFtext' })
  t.equal(await readTextFile(join(folder, 'file')), 'text')
})

await t.test('a symbolic link is followed, but not to an own file', { skip: process.platform === 'win32' }, async (t) => {
  const folder = t.testdir({ file: 'text', link: t.fixture('symlink', 'file') })
  t.equal(await readTextFile(join(folder, 'link')), 'text')
  t.equal(await readOwnTextFile(join(folder, 'link'), uid), undefined)
})

await t.test('a file of another owner is no own file', { skip: uid === undefined }, async (t) => {
  const folder = t.testdir({ file: 'text' })
  t.equal(await readOwnTextFile(join(folder, 'file'), (uid ?? 0) + 1), undefined)
})

await t.test('a file that others may write to is no own file', { skip: uid === undefined }, async (t) => {
  const path = join(t.testdir({ file: 'text' }), 'file')
  chmodSync(path, 0o666)
  t.equal(await readOwnTextFile(path, uid), undefined)
  t.equal(await readOwnTextFile(path, undefined), 'text')
})
