import t from 'tap'
import { isDeploymentPodName, parsePodName } from '../../lib/info/pod-name.js'

const deployment = (name: string, hash: string) =>
  ({ 'k8s.deployment.name': name, 'k8s.replicaset.name': `${name}-${hash}`, 'k8s.container.name': name })
const cronJob = (name: string, time: string) =>
  ({ 'k8s.cronjob.name': name, 'k8s.job.name': `${name}-${time}`, 'k8s.container.name': name })
const statefulSet = (name: string) => ({ 'k8s.statefulset.name': name, 'k8s.container.name': name })
const job = (name: string) => ({ 'k8s.job.name': name, 'k8s.container.name': name })

await t.test('parsePodName() returns no attributes for a name of unknown form', (t) => {
  const names = [
    '', '-', 'localhost', 'generic-hostname', 'web-10000', 'web-01', 'web-', '-0', 'x2x9z', 'Web-0', 'web_a-0',
    'web-0\n', 'fooservice-b55497fc6-x9f5', 'fooservice-b55497fc6-a9f56', `${'a'.repeat(252)}-0`
  ]
  for (const name of names) t.same(parsePodName(name), {}, JSON.stringify(name.slice(0, 40)))
  t.end()
})

await t.test('parsePodName() reads the deployment, replica set and container of a Deployment\'s pod', (t) => {
  t.same(parsePodName('fooservice-b55497fc6-x9f56'), deployment('fooservice', 'b55497fc6'))
  t.same(parsePodName('my-foo-service-7d4b9c6f5d-x2x9z'), deployment('my-foo-service', '7d4b9c6f5d'))
  t.same(parsePodName('web-78d94cf5-x2x9z'), deployment('web', '78d94cf5'))
  t.end()
})

await t.test('parsePodName() keeps a number, version or hash at the end of a Deployment\'s own name', (t) => {
  t.same(parsePodName('web-2-7d4b9c6f5d-x2x9z'), deployment('web-2', '7d4b9c6f5d'))
  t.same(parsePodName('api-v2-7d4b9c6f5d-x2x9z'), deployment('api-v2', '7d4b9c6f5d'))
  t.same(parsePodName('web-b55497fc6-7d4b9c6f5d-x2x9z'), deployment('web-b55497fc6', '7d4b9c6f5d'))
  t.same(parsePodName('web-28123456-7d4b9c6f5d-x2x9z'), deployment('web-28123456', '7d4b9c6f5d'))
  t.end()
})

await t.test('parsePodName() reads a hash of digits as a hash, not as a time', (t) => {
  for (const hash of ['45678945', '456789456', '4567894567']) {
    t.same(parsePodName(`web-${hash}-x2x9z`), deployment('web', hash))
  }
  t.end()
})

await t.test('parsePodName() reads a hash that is too short or too long as part of the name', (t) => {
  for (const owner of ['web-7d4b9c6', 'web-7d4b9c6f5dd']) {
    t.same(parsePodName(`${owner}-x2x9z`), { 'k8s.container.name': owner })
  }
  t.end()
})

await t.test('parsePodName() reads the cron job, job and container of a CronJob\'s pod', (t) => {
  t.same(parsePodName('nightly-backup-28123456-x2x9z'), cronJob('nightly-backup', '28123456'))
  t.same(parsePodName('backup-22222222-x2x9z'), cronJob('backup', '22222222'))
  t.same(parsePodName('backup-1612345678-x2x9z'), cronJob('backup', '1612345678'))
  t.end()
})

await t.test('parsePodName() reads the job and container of an indexed Job\'s pod', (t) => {
  t.same(parsePodName('train-model-0-x2x9z'), job('train-model'))
  t.same(parsePodName('train-99999-x2x9z'), job('train'))
  t.end()
})

await t.test('parsePodName() reads an index with a leading zero as part of the name', (t) => {
  t.same(parsePodName('train-01-x2x9z'), { 'k8s.container.name': 'train-01' })
  t.end()
})

await t.test('parsePodName() reads only the container of a DaemonSet\'s or Job\'s pod', (t) => {
  t.same(parsePodName('fluent-bit-x2x9z'), { 'k8s.container.name': 'fluent-bit' })
  t.same(parsePodName('fluentd-24567'), { 'k8s.container.name': 'fluentd' }, '5 digits are not an ordinal')
  t.end()
})

await t.test('parsePodName() reads the stateful set and container of a StatefulSet\'s pod', (t) => {
  t.same(parsePodName('web-0'), statefulSet('web'))
  t.same(parsePodName('my-db.main-9999'), statefulSet('my-db.main'))
  t.same(parsePodName('web-7d4b9c6f5d-0'), statefulSet('web-7d4b9c6f5d'))
  t.end()
})

await t.test('isDeploymentPodName() returns true for the name of a Deployment\'s pod only', (t) => {
  t.ok(isDeploymentPodName('fooservice-b55497fc6-x9f56'))
  t.notOk(isDeploymentPodName('web-0'))
  t.notOk(isDeploymentPodName('generic-hostname'))
  t.end()
})
