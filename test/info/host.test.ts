import t from 'tap'
import { hostAttributes } from '../../lib/info/host.js'
import { systemOf } from './fixtures/system-of.js'

await t.test('hostAttributes() returns the data of the process when no file exists', async (t) => {
  t.same(await hostAttributes(systemOf(t.testdir())), {
    'host.name': 'generic-hostname',
    'host.hostname': 'generic-hostname',
    'host.arch': 'amd64',
    'os.type': 'linux',
    'os.description': 'Linux 6.1.0'
  })
})

await t.test('hostAttributes() omits only the attributes of unreadable files', async (t) => {
  const folder = t.testdir({ etc: { 'machine-id': {}, 'os-release': {} } })
  t.same(Object.keys(await hostAttributes(systemOf(folder))), [
    'host.name', 'host.hostname', 'host.arch', 'os.type', 'os.description'
  ])
})

await t.test('hostAttributes() takes host.hostname from HOSTNAME when it is set', async (t) => {
  const of = async (env: Record<string, string>) => await hostAttributes(systemOf(t.testdir(), { env }))
  t.match(await of({ HOSTNAME: 'web-1' }), { 'host.hostname': 'web-1', 'host.name': 'generic-hostname' })
  t.match(await of({ HOSTNAME: ' ' }), { 'host.hostname': 'generic-hostname' })
})

await t.test('hostAttributes() returns the hashed machine id as host.id and machine.id', async (t) => {
  const folder = t.testdir({ etc: { 'machine-id': '3d1219c7c4c5404aaa1f6d2a48adfda4\n' } })
  const id = '91073be3a56d4ad2a5e986e20ff326b4'
  t.match(await hostAttributes(systemOf(folder)), { 'host.id': id, 'machine.id': id })
})

await t.test('hostAttributes() converts architectures to their OpenTelemetry names', async (t) => {
  const names = {
    x64: 'amd64',
    arm64: 'arm64',
    arm: 'arm32',
    ia32: 'x86',
    ppc: 'ppc32',
    ppc64: 'ppc64',
    s390x: 's390x',
    riscv64: 'riscv64'
  }
  for (const [arch, shown] of Object.entries(names)) {
    t.equal((await hostAttributes(systemOf(t.testdir(), { arch })))['host.arch'], shown)
  }
})

await t.test('hostAttributes() converts operating systems to their OpenTelemetry names', async (t) => {
  const names = {
    win32: 'windows',
    darwin: 'darwin',
    linux: 'linux',
    freebsd: 'freebsd',
    sunos: 'solaris',
    aix: 'aix',
    android: 'linux'
  }
  for (const [platform, shown] of Object.entries(names)) {
    t.equal((await hostAttributes(systemOf(t.testdir(), { platform })))['os.type'], shown)
  }
})

await t.test('hostAttributes() describes the OS by the distribution and the kernel', async (t) => {
  const release = 'NAME=x\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'
  const folder = t.testdir({ etc: { 'os-release': release } })
  t.equal((await hostAttributes(systemOf(folder)))['os.description'], 'Debian GNU/Linux 12 (bookworm), Linux 6.1.0')
})

await t.test('hostAttributes() removes shell quotes and escapes from the name of the distribution', async (t) => {
  const names = { Plain: 'Plain', "'My OS'": 'My OS', '"A \\"B\\" \\$C"': 'A "B" $C' }
  for (const [written, name] of Object.entries(names)) {
    const folder = t.testdir({ etc: { 'os-release': `PRETTY_NAME=${written}\n` } })
    t.equal((await hostAttributes(systemOf(folder)))['os.description'], `${name}, Linux 6.1.0`)
  }
})

await t.test('hostAttributes() reads the distribution from /usr/lib when /etc has no name', async (t) => {
  const folder = t.testdir({
    etc: { 'os-release': 'PRETTY_NAME=""\n' },
    usr: { lib: { 'os-release': 'PRETTY_NAME=Alpine\n' } }
  })
  t.equal((await hostAttributes(systemOf(folder)))['os.description'], 'Alpine, Linux 6.1.0')
})
