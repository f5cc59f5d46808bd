import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startApp } from '../support/app.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const CHOSEN = '00000000-0000-4000-8000-000000000000'

type Test = Pick<typeof t, 'teardown' | 'testdir'>

/** A start of the app in a shared temporary folder. */
interface Start {
  readonly id: unknown
  readonly warnings: readonly unknown[]
}

async function start (test: Test, tmp: string): Promise<Start> {
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = tmp
  const { get, lines } = await startApp(test, { name: 'shop', serviceInstanceId: true })
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
  const { 'trace.attributes': attributes } = (await get('/z/info')).body as Record<string, Record<string, unknown>>
  const warnings = lines.filter(({ level }) => level === 'warn').map(({ message }) => message)
  return { id: attributes?.['service.instance.id'], warnings }
}

/** Creates a shared folder, and returns the path at which the app keeps its id. */
async function sharedFolder (test: Test): Promise<{ readonly tmp: string, readonly path: string }> {
  const tmp = test.testdir()
  await start(test, tmp)
  const [name = ''] = readdirSync(tmp)
  rmSync(join(tmp, name))
  return { tmp, path: join(tmp, name) }
}

const TRAPS: Readonly<Record<string, (path: string, victim: string) => void>> = {
  'a link to a file': (path, victim) => symlinkSync(victim, path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a link to a device': (path) => symlinkSync('/dev/zero', path),
  'a FIFO': (path) => { execFileSync('mkfifo', [path]) },
  'a file with an id that others may write to': (path) => {
    writeFileSync(path, CHOSEN)
    chmodSync(path, 0o666)
  },
  'a file of ten megabytes': (path) => writeFileSync(path, '0'.repeat(10_000_000)),
  'a file with two ids': (path) => writeFileSync(path, `${CHOSEN}\n${CHOSEN}\n`),
  'a file with control characters': (path) => writeFileSync(path, '\x1b[2J\0')
}

for (const [title, put] of Object.entries(TRAPS)) {
  await t.test(`${title} in the temporary folder neither chooses nor changes the id`, {
    skip: process.platform === 'win32'
  }, async (t) => {
    const { tmp, path } = await sharedFolder(t)
    const victim = join(t.testdirName, '..', 'victim')
    writeFileSync(victim, CHOSEN, { mode: 0o600 })
    put(path, victim)
    const first = await start(t, tmp)
    t.match(first.id, UUID)
    t.not(first.id, CHOSEN)
    t.same((await start(t, tmp)), { id: first.id, warnings: [] })
    t.equal(readFileSync(victim, 'utf8'), CHOSEN, 'the target is unchanged')
    rmSync(victim)
  })
}

await t.test('a trap at the name of the replacement is not followed, and the app starts with one warning', {
  skip: process.platform === 'win32'
}, async (t) => {
  const { tmp, path } = await sharedFolder(t)
  const victim = join(tmp, 'victim')
  writeFileSync(victim, CHOSEN, { mode: 0o600 })
  writeFileSync(path, 'broken')
  symlinkSync(victim, `${path}.new`)
  const { id, warnings } = await start(t, tmp)
  t.match(id, UUID)
  t.not(id, CHOSEN)
  t.match(warnings, [/service\.instance\.id changes at each start.*cannot be replaced.*Remove it/])
  t.equal(warnings.length, 1)
  t.equal(readFileSync(victim, 'utf8'), CHOSEN)
})

await t.test('a folder at the name of the file causes one warning with a remedy', async (t) => {
  const { tmp, path } = await sharedFolder(t)
  mkdirSync(path)
  const { id, warnings } = await start(t, tmp)
  t.match(id, UUID)
  t.match(warnings, [/it is a directory\. Remove it or make it writable, or set the option "serviceInstanceId"/])
  t.equal(warnings.length, 1)
})
