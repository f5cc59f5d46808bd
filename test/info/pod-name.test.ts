import t from 'tap'
import { isDeploymentPodName, parsePodName } from '../../lib/info/pod-name.js'

const deployment = (name: string, hash: string) =>
  ({ 'k8s.deployment.name': name, 'k8s.replicaset.name': `${name}-${hash}`, 'k8s.container.name': name })
const cronJob = (name: string, time: string) =>
  ({ 'k8s.cronjob.name': name, 'k8s.job.name': `${name}-${time}`, 'k8s.container.name': name })
const statefulSet = (name: string) => ({ 'k8s.statefulset.name': name, 'k8s.container.name': name })
const job = (name: string) => ({ 'k8s.job.name': name, 'k8s.container.name': name })

await t.test('a name that fits no form gives nothing', (t) => {
  const names = [
    '', '-', 'localhost', 'generic-hostname', 'web-10000', 'web-01', 'web-', '-0', 'x2x9z', 'Web-0', 'web_a-0', 'web-0\n',
    'fooservice-b55497fc6-x9f5', 'fooservice-b55497fc6-a9f56', `${'a'.repeat(252)}-0`
  ]
  for (const name of names) t.same(parsePodName(name), {}, JSON.stringify(name.slice(0, 40)))
  t.end()
})

await t.test('a pod of a Deployment gives deployment, replica set and container', (t) => {
  t.same(parsePodName('fooservice-b55497fc6-x9f56'), deployment('fooservice', 'b55497fc6'))
  t.same(parsePodName('my-foo-service-7d4b9c6f5d-x2x9z'), deployment('my-foo-service', '7d4b9c6f5d'))
  t.same(parsePodName('web-78d94cf5-x2x9z'), deployment('web', '78d94cf5'))
  t.end()
})

await t.test('a Deployment whose own name ends in a number, a version or a hash keeps it', (t) => {
  t.same(parsePodName('web-2-7d4b9c6f5d-x2x9z'), deployment('web-2', '7d4b9c6f5d'))
  t.same(parsePodName('api-v2-7d4b9c6f5d-x2x9z'), deployment('api-v2', '7d4b9c6f5d'))
  t.same(parsePodName('web-b55497fc6-7d4b9c6f5d-x2x9z'), deployment('web-b55497fc6', '7d4b9c6f5d'))
  t.same(parsePodName('web-28123456-7d4b9c6f5d-x2x9z'), deployment('web-28123456', '7d4b9c6f5d'))
  t.end()
})

await t.test('a hash of digits only is a hash, not a time', (t) => {
  for (const hash of ['45678945', '456789456', '4567894567']) {
    t.same(parsePodName(`web-${hash}-x2x9z`), deployment('web', hash))
  }
  t.end()
})

await t.test('a hash that is too short or too long is part of the name', (t) => {
  for (const owner of ['web-7d4b9c6', 'web-7d4b9c6f5dd']) t.same(parsePodName(`${owner}-x2x9z`), { 'k8s.container.name': owner })
  t.end()
})

await t.test('a pod of a CronJob gives cron job, job and container', (t) => {
  t.same(parsePodName('nightly-backup-28123456-x2x9z'), cronJob('nightly-backup', '28123456'))
  t.same(parsePodName('backup-22222222-x2x9z'), cronJob('backup', '22222222'))
  t.same(parsePodName('backup-1612345678-x2x9z'), cronJob('backup', '1612345678'))
  t.end()
})

await t.test('a pod of an indexed Job gives job and container', (t) => {
  t.same(parsePodName('train-model-0-x2x9z'), job('train-model'))
  t.same(parsePodName('train-99999-x2x9z'), job('train'))
  t.end()
})

await t.test('an index with a leading zero is part of the name', (t) => {
  t.same(parsePodName('train-01-x2x9z'), { 'k8s.container.name': 'train-01' })
  t.end()
})

await t.test('a pod of a DaemonSet or a Job gives the container only', (t) => {
  t.same(parsePodName('fluent-bit-x2x9z'), { 'k8s.container.name': 'fluent-bit' })
  t.same(parsePodName('fluentd-24567'), { 'k8s.container.name': 'fluentd' }, 'a suffix of digits is no ordinal')
  t.end()
})

await t.test('a pod of a StatefulSet gives stateful set and container', (t) => {
  t.same(parsePodName('web-0'), statefulSet('web'))
  t.same(parsePodName('my-db.main-9999'), statefulSet('my-db.main'))
  t.same(parsePodName('web-7d4b9c6f5d-0'), statefulSet('web-7d4b9c6f5d'))
  t.end()
})

await t.test('only the pod of a Deployment has the form of a Deployment pod', (t) => {
  t.ok(isDeploymentPodName('fooservice-b55497fc6-x9f56'))
  t.notOk(isDeploymentPodName('web-0'))
  t.notOk(isDeploymentPodName('generic-hostname'))
  t.end()
})
