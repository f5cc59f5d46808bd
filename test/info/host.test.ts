import t from 'tap'
import { hostAttributes } from '../../lib/info/host.js'
import { surroundingsOf } from './fixtures/system-of.js'

await t.test('without files the host has what the process knows', async (t) => {
  t.same(await hostAttributes(surroundingsOf(t.testdir())), {
    'host.name': 'generic-hostname', 'host.arch': 'amd64', 'os.type': 'linux', 'os.description': 'Linux 6.1.0'
  })
})

await t.test('unreadable files cost their attributes only', async (t) => {
  const folder = t.testdir({ etc: { 'machine-id': {}, 'os-release': {} } })
  t.same(Object.keys(await hostAttributes(surroundingsOf(folder))), ['host.name', 'host.arch', 'os.type', 'os.description'])
})

await t.test('a machine id that is empty or not yet made is none', async (t) => {
  for (const id of ['', '\n', 'uninitialized\n']) {
    t.notOk('host.id' in await hostAttributes(surroundingsOf(t.testdir({ etc: { 'machine-id': id } }))), JSON.stringify(id))
  }
})

await t.test('the machine id is host.id and machine.id', async (t) => {
  const folder = t.testdir({ etc: { 'machine-id': '3d1219c7c4c5404aaa1f6d2a48adfda4\n' } })
  const id = '3d1219c7c4c5404aaa1f6d2a48adfda4'
  t.match(await hostAttributes(surroundingsOf(folder)), { 'host.id': id, 'machine.id': id })
})

await t.test('D-Bus has the machine id where /etc has none', async (t) => {
  const folder = t.testdir({ etc: { 'machine-id': 'uninitialized\n' }, var: { lib: { dbus: { 'machine-id': 'abc\n' } } } })
  t.equal((await hostAttributes(surroundingsOf(folder)))['host.id'], 'abc')
})

await t.test('architectures have their OpenTelemetry names', async (t) => {
  const names = { x64: 'amd64', arm64: 'arm64', arm: 'arm32', ia32: 'x86', ppc: 'ppc32', ppc64: 'ppc64', s390x: 's390x', riscv64: 'riscv64' }
  for (const [arch, shown] of Object.entries(names)) {
    t.equal((await hostAttributes(surroundingsOf(t.testdir(), { arch })))['host.arch'], shown)
  }
})

await t.test('operating systems have their OpenTelemetry names', async (t) => {
  const names = { win32: 'windows', darwin: 'darwin', linux: 'linux', freebsd: 'freebsd', sunos: 'solaris', aix: 'aix', android: 'linux' }
  for (const [platform, shown] of Object.entries(names)) {
    t.equal((await hostAttributes(surroundingsOf(t.testdir(), { platform })))['os.type'], shown)
  }
})

await t.test('the description has the name of the distribution and the kernel', async (t) => {
  const folder = t.testdir({ etc: { 'os-release': 'NAME=x\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n' } })
  t.equal((await hostAttributes(surroundingsOf(folder)))['os.description'], 'Debian GNU/Linux 12 (bookworm), Linux 6.1.0')
})

await t.test('the name of the distribution is unquoted as a shell does it', async (t) => {
  const names = { Plain: 'Plain', "'My OS'": 'My OS', '"A \\"B\\" \\$C"': 'A "B" $C' }
  for (const [written, name] of Object.entries(names)) {
    const folder = t.testdir({ etc: { 'os-release': `PRETTY_NAME=${written}\n` } })
    t.equal((await hostAttributes(surroundingsOf(folder)))['os.description'], `${name}, Linux 6.1.0`)
  }
})

await t.test('the vendor file has the name where /etc has none', async (t) => {
  const folder = t.testdir({ etc: { 'os-release': 'PRETTY_NAME=""\n' }, usr: { lib: { 'os-release': 'PRETTY_NAME=Alpine\n' } } })
  t.equal((await hostAttributes(surroundingsOf(folder)))['os.description'], 'Alpine, Linux 6.1.0')
})
