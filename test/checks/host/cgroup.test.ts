import t from 'tap'
import { cgroupMemory } from '../../../lib/checks/host/cgroup.js'

type Folder = NonNullable<Parameters<typeof t.testdir>[0]>

const UNLIMITED_V1 = '9223372036854771712\n'

function v2 (limit: string, usage: string, inactive = 0) {
  return { 'memory.max': `${limit}\n`, 'memory.current': `${usage}\n`, 'memory.stat': `anon 5\nfile 9\ninactive_anon 7\ninactive_file ${inactive}\nactive_file 3\n` }
}

function v1 (limit: string, usage: string, inactive = 0) {
  return { 'memory.limit_in_bytes': limit, 'memory.usage_in_bytes': usage, 'memory.stat': `cache 5\ninactive_file 1\ntotal_inactive_file ${inactive}\n` }
}

/** A root of a file system with what the process says of its control groups, and those there are. */
function rootWith (test: Pick<typeof t, 'testdir'>, cgroup: string, groups: Folder): string {
  return test.testdir({ proc: { self: { cgroup } }, sys: { fs: { cgroup: groups } } })
}

await t.test('without control groups, or with what cannot be read, there is no memory to tell of', async (t) => {
  t.equal(await cgroupMemory('/nowhere'), undefined)
  for (const cgroup of ['', 'garbage\n', '0:\n', '1:cpu:/a\n', '0::relative\n']) {
    t.equal(await cgroupMemory(rootWith(t, cgroup, v2('100', '50'))), undefined, JSON.stringify(cgroup))
  }
  const unreadable: readonly Folder[] = [
    {},
    { 'memory.max': {} },
    v2('', '50'),
    v2('-1', '50'),
    v2('1e3', '50'),
    { ...v2('100', '50'), 'memory.current': '' },
    { 'memory.max': '100\n' }
  ]
  for (const groups of unreadable) t.equal(await cgroupMemory(rootWith(t, '0::/\n', groups)), undefined, JSON.stringify(groups))
})

await t.test('no limit is none, in either version, and so is one of 0', async (t) => {
  t.equal(await cgroupMemory(rootWith(t, '0::/\n', v2('0', '50'))), undefined)
  t.equal(await cgroupMemory(rootWith(t, '0::/\n', v2('max', '50'))), undefined)
  t.equal(await cgroupMemory(rootWith(t, '4:memory:/\n', { memory: v1(UNLIMITED_V1, '50') })), undefined)
})

await t.test('what is used is the working set: without the inactive cache of files', async (t) => {
  t.same(await cgroupMemory(rootWith(t, '0::/\n', v2('100', '70', 30))), { limitBytes: 100, usedBytes: 40 })
  t.same(await cgroupMemory(rootWith(t, '4:memory:/\n', { memory: v1('100', '70', 30) })), { limitBytes: 100, usedBytes: 40 })
  t.same(await cgroupMemory(rootWith(t, '0::/\n', v2('100', '70', 80))), { limitBytes: 100, usedBytes: 0 }, 'the files are not read at one moment')
})

await t.test('without memory.stat all that is used counts', async (t) => {
  t.same(await cgroupMemory(rootWith(t, '0::/\n', { 'memory.max': '100', 'memory.current': '70' })), { limitBytes: 100, usedBytes: 70 })
})

await t.test('the group of the process is found by its path', async (t) => {
  const groups = { 'system.slice': { 'app:1.service': v2('100', '50') } }
  t.same(await cgroupMemory(rootWith(t, '0::/system.slice/app:1.service\n', groups)), { limitBytes: 100, usedBytes: 50 })
  const hybrid = { memory: { docker: { abc: v1('100', '60') } }, ...v2('7', '7') }
  t.same(await cgroupMemory(rootWith(t, '5:cpu:/x\n4:hugetlb,memory:/docker/abc\n0::/y\n', hybrid)), { limitBytes: 100, usedBytes: 60 })
})

await t.test('a path that is not there, as that of the host in a container, leads to the root of the mount', async (t) => {
  t.same(await cgroupMemory(rootWith(t, '4:memory:/docker/abc\n', { memory: v1('100', '50') })), { limitBytes: 100, usedBytes: 50 })
  t.same(await cgroupMemory(rootWith(t, '0::/../../other\n', v2('100', '50'))), { limitBytes: 100, usedBytes: 50 })
})

await t.test('of a group and those around it the one that is nearest to its limit counts', async (t) => {
  const inner = { slice: { ...v2('400', '300'), app: v2('200', '100') } }
  t.same(await cgroupMemory(rootWith(t, '0::/slice/app\n', inner)), { limitBytes: 400, usedBytes: 300 })
  const outer = { slice: { ...v2('400', '100'), app: v2('200', '100') } }
  t.same(await cgroupMemory(rootWith(t, '0::/slice/app\n', outer)), { limitBytes: 200, usedBytes: 100 })
  const unlimited = { slice: { ...v2('400', '100'), app: v2('max', '90') } }
  t.same(await cgroupMemory(rootWith(t, '0::/slice/app\n', unlimited)), { limitBytes: 400, usedBytes: 100 })
})
