import t from 'tap'
import { containerAttributes } from '../../lib/info/container.js'
import { systemOf } from './fixtures/system-of.js'

const ID = 'ac679f8a8319c8cf7d38e1adf263bc08d23e6a2e15ee7fef2a0c5a3f1a2b3c4d'
const OTHER = ID.replaceAll('a', 'b')
const FARGATE = 'c23e5f76c09d438aa1824ca4058bdcab'

const proc = (cgroup?: string, mountinfo?: string) => ({
  proc: { self: { ...(cgroup !== undefined && { cgroup }), ...(mountinfo !== undefined && { mountinfo }) } }
})

await t.test('containerAttributes() returns no id outside a container', async (t) => {
  const fixtures = [
    {},
    { proc: { self: { cgroup: {}, mountinfo: {} } } },
    proc('', ''),
    proc('0::/\n', '27 1 254:0 / / rw - ext4 /dev/vda rw\n'),
    proc('0::/user.slice/user-1000.slice/session-2.scope\n4:memory:/process_api/ef385a91428e1b46667a3a895a98c258\n'),
    proc(`0::/${FARGATE}-1234567890\n`, 'broken\n'),
    proc(`0::/foo/${ID}0\n`),
    proc('0::/', `50 27 0:45 / /var/lib/docker/containers/${ID}/mounts/shm rw - tmpfs shm rw\n`)
  ]
  for (const fixture of fixtures) {
    t.same(await containerAttributes(systemOf(t.testdir(fixture))), {}, JSON.stringify(fixture))
  }
})

await t.test('containerAttributes() reads the id from the cgroup path of each container runtime', async (t) => {
  const paths = [
    `/docker/${ID}`,
    `/docker/${OTHER}/docker/${ID}`,
    `/docker/${ID}/init`,
    `/system.slice/docker-${ID}.scope`,
    `/kubepods/besteffort/pod3415bd23-5cd9-11eb-a5ea-525400a2d1a1/${ID}`,
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podabc.slice/cri-containerd-${ID}.scope`,
    `/kubepods.slice/kubepods-podabc.slice/crio-${ID}.scope`,
    `/kubepods-burstable-podabc.slice:cri-containerd:${ID}`,
    `/machine.slice/libpod-${ID}.scope/container`,
    `/ecs/55091c13-b8cf-4801-b527-f4601742204d/${ID}`,
    `/../${ID}`
  ]
  for (const path of paths) {
    const folder = t.testdir(proc(`12:pids:/\n1:name=systemd:${path}\n`))
    t.same(await containerAttributes(systemOf(folder)), { 'container.id': ID }, path)
  }
})

await t.test('containerAttributes() reads the shorter id of ECS Fargate from the cgroup path', async (t) => {
  for (const id of [`${FARGATE}-1234567890`, `${FARGATE}-12345678`]) {
    for (const path of [`/ecs/${FARGATE}/${id}`, `/ecs/${id}`]) {
      t.same(await containerAttributes(systemOf(t.testdir(proc(`9:cpu:${path}\n`)))), { 'container.id': id }, path)
    }
  }
})

await t.test('containerAttributes() reads the id from the mounts when the cgroup namespace is private', async (t) => {
  const mounts = [
    `983 961 0:52 /var/lib/docker/containers/${ID}/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw`,
    `984 961 0:52 /docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw`,
    `985 961 0:52 /var/lib/docker/containers/${ID}/hosts /etc/hosts rw - ext4 /dev/sda1 rw`,
    `986 961 0:24 /containers/overlay-containers/${ID}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw`
  ]
  for (const mount of mounts) {
    const folder = t.testdir(proc('0::/\n', `27 1 254:0 / / rw - overlay overlay rw\n${mount}\n`))
    t.same(await containerAttributes(systemOf(folder)), { 'container.id': ID }, mount)
  }
})

await t.test('containerAttributes() prefers the cgroup path to the mounts', async (t) => {
  const mount = `1 2 0:5 /docker/containers/${OTHER}/hosts /etc/hosts rw - ext4 /dev/sda1 rw`
  const folder = t.testdir(proc(`0::/docker/${ID}`, mount))
  t.same(await containerAttributes(systemOf(folder)), { 'container.id': ID })
})

await t.test('containerAttributes() finds no id of ECS in other paths', async (t) => {
  const id = `${'0'.repeat(32)}-12345678`
  for (const path of [`ecs/${id}`, `/ecs/${id}/a`, `/ecs/${id}x`, `/ecs/x${id}`, `/necs/${id}`, `/${id}`]) {
    const folder = t.testdir({ proc: { self: { cgroup: `9:memory:x${path}\n` } } })
    t.same(await containerAttributes(systemOf(folder)), {}, path)
  }
})
