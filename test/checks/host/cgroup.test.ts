import t from 'tap'
import { cgroupMemory } from '../../../lib/checks/host/cgroup.js'

type Folder = NonNullable<Parameters<typeof t.testdir>[0]>

const UNLIMITED_V1 = '9223372036854771712\n'

function v2 (limit: string, usage: string, inactive = 0) {
  return {
    'memory.max': `${limit}\n`,
    'memory.current': `${usage}\n`,
    'memory.stat': `anon 5\nfile 9\ninactive_anon 7\ninactive_file ${inactive}\nactive_file 3\n`
  }
}

function v1 (limit: string, usage: string, inactive = 0) {
  return {
    'memory.limit_in_bytes': limit,
    'memory.usage_in_bytes': usage,
    'memory.stat': `cache 5\ninactive_file 1\ntotal_inactive_file ${inactive}\n`
  }
}

/** Creates a file system root with the text of `/proc/self/cgroup` and the files of control groups. */
function rootWith (test: Pick<typeof t, 'testdir'>, cgroup: string, groups: Folder): string {
  return test.testdir({ proc: { self: { cgroup } }, sys: { fs: { cgroup: groups } } })
}

await t.test('cgroupMemory() returns undefined when control groups are missing or unreadable', async (t) => {
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
  for (const groups of unreadable) {
    t.equal(await cgroupMemory(rootWith(t, '0::/\n', groups)), undefined, JSON.stringify(groups))
  }
})

await t.test('cgroupMemory() returns undefined when there is no limit, or a limit of 0', async (t) => {
  t.equal(await cgroupMemory(rootWith(t, '0::/\n', v2('0', '50'))), undefined)
  t.equal(await cgroupMemory(rootWith(t, '0::/\n', v2('max', '50'))), undefined)
  t.equal(await cgroupMemory(rootWith(t, '4:memory:/\n', { memory: v1(UNLIMITED_V1, '50') })), undefined)
})

await t.test('cgroupMemory() returns the working set, without the inactive file cache', async (t) => {
  t.same(await cgroupMemory(rootWith(t, '0::/\n', v2('100', '70', 30))), { limitBytes: 100, usedBytes: 40 })
  const root = rootWith(t, '4:memory:/\n', { memory: v1('100', '70', 30) })
  t.same(await cgroupMemory(root), { limitBytes: 100, usedBytes: 40 })
})

await t.test('cgroupMemory() returns 0 when the cache is larger than the usage, which was read earlier', async (t) => {
  t.same(await cgroupMemory(rootWith(t, '0::/\n', v2('100', '70', 80))), { limitBytes: 100, usedBytes: 0 })
})

await t.test('cgroupMemory() returns all used memory when memory.stat is missing', async (t) => {
  const root = rootWith(t, '0::/\n', { 'memory.max': '100', 'memory.current': '70' })
  t.same(await cgroupMemory(root), { limitBytes: 100, usedBytes: 70 })
})

await t.test('cgroupMemory() finds the group of the process by its path', async (t) => {
  const groups = { 'system.slice': { 'app:1.service': v2('100', '50') } }
  const root = rootWith(t, '0::/system.slice/app:1.service\n', groups)
  t.same(await cgroupMemory(root), { limitBytes: 100, usedBytes: 50 })
  const hybrid = { memory: { docker: { abc: v1('100', '60') } }, ...v2('7', '7') }
  const hybridRoot = rootWith(t, '5:cpu:/x\n4:hugetlb,memory:/docker/abc\n0::/y\n', hybrid)
  t.same(await cgroupMemory(hybridRoot), { limitBytes: 100, usedBytes: 60 })
})

await t.test('cgroupMemory() reads the root of the mount when the path does not exist in the container', async (t) => {
  const root = rootWith(t, '4:memory:/docker/abc\n', { memory: v1('100', '50') })
  t.same(await cgroupMemory(root), { limitBytes: 100, usedBytes: 50 })
  t.same(await cgroupMemory(rootWith(t, '0::/../../other\n', v2('100', '50'))), { limitBytes: 100, usedBytes: 50 })
})

await t.test('cgroupMemory() returns the group or parent group that is closest to its limit', async (t) => {
  const inner = { slice: { ...v2('400', '300'), app: v2('200', '100') } }
  t.same(await cgroupMemory(rootWith(t, '0::/slice/app\n', inner)), { limitBytes: 400, usedBytes: 300 })
  const outer = { slice: { ...v2('400', '100'), app: v2('200', '100') } }
  t.same(await cgroupMemory(rootWith(t, '0::/slice/app\n', outer)), { limitBytes: 200, usedBytes: 100 })
  const unlimited = { slice: { ...v2('400', '100'), app: v2('max', '90') } }
  t.same(await cgroupMemory(rootWith(t, '0::/slice/app\n', unlimited)), { limitBytes: 400, usedBytes: 100 })
})

await t.test('cgroupMemory() reads only the root for a path that is too long or too deep', async (t) => {
  for (const path of ['/a'.repeat(65), `/${'a'.repeat(4_096)}`, '/a'.repeat(30_000)]) {
    const root = rootWith(t, `0::${path}\n`, v2('1000', '100'))
    t.match(await cgroupMemory(root), { limitBytes: 1_000 })
  }
})
