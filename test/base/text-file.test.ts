import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readOwnTextFile, readTextFile } from '../../lib/base/text-file.js'

const uid = process.getuid?.()
const isWindows = process.platform === 'win32'
const hasNoUid = uid === undefined
const isLinux = process.platform === 'linux'

await t.test('readTextFile() returns undefined for a missing file', async (t) => {
  t.equal(await readTextFile(join(t.testdir(), 'missing')), undefined)
})

await t.test('readTextFile() returns undefined for a directory', async (t) => {
  t.equal(await readTextFile(t.testdir()), undefined)
})

await t.test('readTextFile() returns undefined for a path with a zero byte', async (t) => {
  t.equal(await readTextFile('/etc/\0'), undefined)
})

await t.test('readTextFile() returns undefined at once for a FIFO without a writer', { skip: isWindows }, async (t) => {
  const path = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [path])
  t.equal(await readTextFile(path), undefined)
})

await t.test('readTextFile() returns undefined for a device', { skip: isWindows }, async (t) => {
  t.equal(await readTextFile('/dev/zero'), undefined)
})

await t.test('readTextFile() returns undefined for a file that cannot be read', { skip: !isLinux }, async (t) => {
  t.equal(await readTextFile('/proc/self/mem'), undefined)
})

await t.test('readTextFile() returns as many bytes as the caller allows', async (t) => {
  const folder = t.testdir({ long: 'x'.repeat(70_000) })
  t.equal((await readTextFile(join(folder, 'long'), 80_000))?.length, 70_000)
})

await t.test('readTextFile() returns the first 64 KiB of a long file', async (t) => {
  const folder = t.testdir({ long: 'x'.repeat(70_000) })
  t.equal((await readTextFile(join(folder, 'long')))?.length, 65_536)
})

await t.test('readTextFile() returns the text of a file that reports the size 0', { skip: !isLinux }, async (t) => {
  t.match(await readTextFile('/proc/self/mountinfo'), /^\d+ \d+ /)
})

await t.test('readTextFile() drops a byte order mark', async (t) => {
  const folder = t.testdir({ file: '\uFEFFtext' })
  t.equal(await readTextFile(join(folder, 'file')), 'text')
})

await t.test('only readTextFile() follows a symbolic link', { skip: isWindows }, async (t) => {
  const folder = t.testdir({ file: 'text', link: t.fixture('symlink', 'file') })
  t.equal(await readTextFile(join(folder, 'link')), 'text')
  t.equal(await readOwnTextFile(join(folder, 'link'), uid), undefined)
})

await t.test('readOwnTextFile() returns undefined for a file of another user', { skip: hasNoUid }, async (t) => {
  const folder = t.testdir({ file: 'text' })
  t.equal(await readOwnTextFile(join(folder, 'file'), (uid ?? 0) + 1), undefined)
})

await t.test('readOwnTextFile() returns undefined if others can write to the file', { skip: hasNoUid }, async (t) => {
  const path = join(t.testdir({ file: 'text' }), 'file')
  chmodSync(path, 0o666)
  t.equal(await readOwnTextFile(path, uid), undefined)
  t.equal(await readOwnTextFile(path, undefined), 'text')
})
