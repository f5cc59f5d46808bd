import t from 'tap'
import { kubernetesAttributes } from '../../lib/info/kubernetes.js'
import { surroundingsOf } from './fixtures/system-of.js'

const NAMESPACE = { var: { run: { secrets: { 'kubernetes.io': { serviceaccount: { namespace: 'shop\n' } } } } } }
const UNREADABLE = { var: { run: { secrets: { 'kubernetes.io': { serviceaccount: { namespace: {} } } } } } }

await t.test('a host outside Kubernetes has no attributes', async (t) => {
  t.same(await kubernetesAttributes(surroundingsOf(t.testdir())), {})
  t.same(await kubernetesAttributes(surroundingsOf(t.testdir(), { hostname: 'web-0' })), {})
})

await t.test('an unreadable namespace file is no sign of Kubernetes', async (t) => {
  t.same(await kubernetesAttributes(surroundingsOf(t.testdir(UNREADABLE), { hostname: 'web-0' })), {})
})

await t.test('a host named like a pod of a Deployment is that pod', async (t) => {
  const hostname = 'fooservice-b55497fc6-x9f56'
  t.same(await kubernetesAttributes(surroundingsOf(t.testdir(), { hostname })), {
    'k8s.pod.name': hostname,
    'k8s.deployment.name': 'fooservice',
    'k8s.replicaset.name': 'fooservice-b55497fc6',
    'k8s.container.name': 'fooservice'
  })
})

await t.test('in Kubernetes the host name is the name of the pod', async (t) => {
  const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }
  t.same(await kubernetesAttributes(surroundingsOf(t.testdir(), { env })), { 'k8s.pod.name': 'generic-hostname' })
})

await t.test('HOSTNAME in the environment comes before the host name of the system', async (t) => {
  const env = { HOSTNAME: 'web-1', KUBERNETES_SERVICE_HOST: '10.0.0.1' }
  t.match(await kubernetesAttributes(surroundingsOf(t.testdir(), { env })), { 'k8s.pod.name': 'web-1', 'k8s.statefulset.name': 'web' })
})

await t.test('the service account tells the namespace', async (t) => {
  t.same(await kubernetesAttributes(surroundingsOf(t.testdir(NAMESPACE), { hostname: 'web-0' })), {
    'k8s.pod.name': 'web-0',
    'k8s.namespace.name': 'shop',
    'k8s.statefulset.name': 'web',
    'k8s.container.name': 'web'
  })
})

await t.test('a namespace in the environment comes before that of the service account', async (t) => {
  for (const name of ['K8S_NAMESPACE_NAME', 'K8S_NAMESPACE', 'POD_NAMESPACE', 'NAMESPACE']) {
    const found = await kubernetesAttributes(surroundingsOf(t.testdir(NAMESPACE), { env: { [name]: 'given' } }))
    t.equal(found['k8s.namespace.name'], 'given', name)
  }
})

await t.test('variables that are empty count as unset', async (t) => {
  const env = { POD_NAME: '', K8S_POD_NAME: ' ', NAMESPACE: '', KUBERNETES_SERVICE_HOST: '', CONTAINER_NAME: ' ' }
  t.same(await kubernetesAttributes(surroundingsOf(t.testdir(), { env })), {})
})

await t.test('what the downward API gives is shown, and wins over what the name tells', async (t) => {
  const env = {
    POD_NAME: 'web-b55497fc6-x9f56',
    CONTAINER_NAME: 'app',
    NODE_NAME: 'node-1',
    POD_UID: 'uid',
    POD_IP: '10.0.0.2',
    CLUSTER_NAME: 'north',
    K8S_DEPLOYMENT_NAME: 'shop-web'
  }
  t.same(await kubernetesAttributes(surroundingsOf(t.testdir(), { env })), {
    'k8s.pod.name': 'web-b55497fc6-x9f56',
    'k8s.deployment.name': 'shop-web',
    'k8s.replicaset.name': 'web-b55497fc6',
    'k8s.container.name': 'app',
    'k8s.node.name': 'node-1',
    'k8s.pod.uid': 'uid',
    'k8s.pod.ip': '10.0.0.2',
    'k8s.cluster.name': 'north'
  })
})

await t.test('a variable that begins with K8S_ comes before the one that does not', async (t) => {
  const env = { K8S_POD_NAME: 'web-0', POD_NAME: 'other-0', K8S_NODE_NAME: 'a', NODE_NAME: 'b' }
  t.match(await kubernetesAttributes(surroundingsOf(t.testdir(), { env })), { 'k8s.pod.name': 'web-0', 'k8s.node.name': 'a' })
})

await t.test('names that mean something else on a build server count in a pod only', async (t) => {
  const env = { CONTAINER_NAME: 'web', NODE_NAME: 'built-in', CLUSTER_NAME: 'c', NAMESPACE: 'n', K8S_CLUSTER_NAME: 'real' }
  t.same(await kubernetesAttributes(surroundingsOf(t.testdir(), { env })), { 'k8s.cluster.name': 'real' })
})
