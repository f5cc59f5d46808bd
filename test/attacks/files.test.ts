import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { cgroupMemory } from '../../lib/checks/host/cgroup.js'
import { collectInfo } from '../../lib/info/collect.js'
import { systemOf } from '../info/fixtures/system-of.js'

/** All files that the plugin reads, below the root of the file system. The app lives in the folder `app`. */
const FILES = [
  'app/package.json', 'app/git.properties', 'etc/machine-id', 'var/lib/dbus/machine-id', 'etc/os-release',
  'usr/lib/os-release', 'proc/self/cgroup', 'proc/self/mountinfo',
  'var/run/secrets/kubernetes.io/serviceaccount/namespace', 'sys/fs/cgroup/memory.max', 'sys/fs/cgroup/memory.current',
  'sys/fs/cgroup/memory.stat', 'sys/fs/cgroup/memory/memory.limit_in_bytes'
]

const POLLUTING = '{"__proto__":{"name":"evil"},"name":"a\\u001b[2J","version":"\\u202e1"}'

const TRAPS: Readonly<Record<string, (path: string) => unknown>> = {
  'a FIFO': (path) => execFileSync('mkfifo', [path]),
  'a folder': (path) => mkdirSync(path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a link to nothing': (path) => symlinkSync('/nothing/here', path),
  'a link to an endless device': (path) => symlinkSync('/dev/zero', path),
  'a link to random bytes': (path) => symlinkSync('/dev/urandom', path),
  'a link to the standard input': (path) => symlinkSync('/dev/stdin', path),
  'twenty megabytes of braces': (path) => writeFileSync(path, '{'.repeat(20_000_000)),
  zeros: (path) => writeFileSync(path, Buffer.alloc(1_000)),
  'control characters': (path) => writeFileSync(path, 'x=\u001b[2J\u009b\u202e\nPRETTY_NAME=\u001b\n'),
  'keys that change prototypes': (path) => writeFileSync(path, POLLUTING)
}

type Test = Pick<typeof t, 'teardown' | 'testdir'>

/** Creates a file system in which each file that the plugin reads is a trap. */
function rootOfTraps (test: Test, put: (path: string) => unknown): string {
  const root = test.testdir()
  for (const file of FILES) {
    mkdirSync(join(root, dirname(file)), { recursive: true })
    put(join(root, file))
    // Removed here, because the test folder cannot be removed with all kinds of files in it.
    test.teardown(() => rmSync(join(root, file), { recursive: true, force: true }))
  }
  return root
}

for (const [name, put] of Object.entries(TRAPS)) {
  await t.test(`${name} in place of each file neither blocks the start nor reaches an answer`, {
    skip: process.platform === 'win32'
  }, async (t) => {
    const root = rootOfTraps(t, put)
    const info = await collectInfo({ serviceInstanceId: true }, systemOf(root, { cwd: join(root, 'app') }))
    const { 'trace.attributes': attributes, ...sections } = info
    t.notMatch(JSON.stringify(sections), /evil|__proto__/)
    t.ok(JSON.stringify(info).length < 10_000)
    t.notMatch(JSON.stringify(info), /(?<!\\)\\u00|[\u007f-\u009f\u202e]/)
    t.match(attributes, { 'service.name': String, 'service.instance.id': /^[0-9a-f-]{36}$/ })
    t.equal(await cgroupMemory(root), undefined)
  })
}
