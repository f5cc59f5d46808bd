import t from 'tap'
import { kubernetesAttributes } from '../../lib/info/kubernetes.js'
import { systemOf } from './fixtures/system-of.js'

const NAMESPACE = { var: { run: { secrets: { 'kubernetes.io': { serviceaccount: { namespace: 'shop\n' } } } } } }
const UNREADABLE = { var: { run: { secrets: { 'kubernetes.io': { serviceaccount: { namespace: {} } } } } } }

await t.test('kubernetesAttributes() returns no attributes outside Kubernetes', async (t) => {
  t.same(await kubernetesAttributes(systemOf(t.testdir())), {})
  t.same(await kubernetesAttributes(systemOf(t.testdir(), { hostname: 'web-0' })), {})
})

await t.test('kubernetesAttributes() does not detect Kubernetes by an unreadable namespace file', async (t) => {
  t.same(await kubernetesAttributes(systemOf(t.testdir(UNREADABLE), { hostname: 'web-0' })), {})
})

await t.test('kubernetesAttributes() detects a pod of a Deployment by its host name', async (t) => {
  const hostname = 'fooservice-b55497fc6-x9f56'
  t.same(await kubernetesAttributes(systemOf(t.testdir(), { hostname })), {
    'k8s.pod.name': hostname,
    'k8s.deployment.name': 'fooservice',
    'k8s.replicaset.name': 'fooservice-b55497fc6',
    'k8s.container.name': 'fooservice'
  })
})

await t.test('kubernetesAttributes() takes any host name as the pod\'s name in Kubernetes', async (t) => {
  const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }
  t.same(await kubernetesAttributes(systemOf(t.testdir(), { env })), { 'k8s.pod.name': 'generic-hostname' })
})

await t.test('kubernetesAttributes() prefers HOSTNAME in the environment to the host name of the system', async (t) => {
  const env = { HOSTNAME: 'web-1', KUBERNETES_SERVICE_HOST: '10.0.0.1' }
  t.match(await kubernetesAttributes(systemOf(t.testdir(), { env })), {
    'k8s.pod.name': 'web-1', 'k8s.statefulset.name': 'web'
  })
})

await t.test('kubernetesAttributes() reads the namespace of the service account', async (t) => {
  t.same(await kubernetesAttributes(systemOf(t.testdir(NAMESPACE), { hostname: 'web-0' })), {
    'k8s.pod.name': 'web-0',
    'k8s.namespace.name': 'shop',
    'k8s.statefulset.name': 'web',
    'k8s.container.name': 'web'
  })
})

await t.test('kubernetesAttributes() prefers a namespace in the environment to the service account\'s', async (t) => {
  for (const name of ['K8S_NAMESPACE_NAME', 'K8S_NAMESPACE', 'POD_NAMESPACE', 'NAMESPACE']) {
    const found = await kubernetesAttributes(systemOf(t.testdir(NAMESPACE), { env: { [name]: 'given' } }))
    t.equal(found['k8s.namespace.name'], 'given', name)
  }
})

await t.test('kubernetesAttributes() ignores empty variables', async (t) => {
  const env = { POD_NAME: '', K8S_POD_NAME: ' ', NAMESPACE: '', KUBERNETES_SERVICE_HOST: '', CONTAINER_NAME: ' ' }
  t.same(await kubernetesAttributes(systemOf(t.testdir(), { env })), {})
})

await t.test('kubernetesAttributes() prefers variables of the downward API to the pod\'s name', async (t) => {
  const env = {
    POD_NAME: 'web-b55497fc6-x9f56',
    CONTAINER_NAME: 'app',
    NODE_NAME: 'node-1',
    POD_UID: 'uid',
    POD_IP: '10.0.0.2',
    CLUSTER_NAME: 'north',
    K8S_DEPLOYMENT_NAME: 'shop-web'
  }
  t.same(await kubernetesAttributes(systemOf(t.testdir(), { env })), {
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

await t.test('kubernetesAttributes() prefers variables with the prefix K8S_', async (t) => {
  const env = { K8S_POD_NAME: 'web-0', POD_NAME: 'other-0', K8S_NODE_NAME: 'a', NODE_NAME: 'b' }
  t.match(await kubernetesAttributes(systemOf(t.testdir(), { env })), {
    'k8s.pod.name': 'web-0', 'k8s.node.name': 'a'
  })
})

await t.test('kubernetesAttributes() ignores ambiguous variables outside a pod', async (t) => {
  const env = {
    CONTAINER_NAME: 'web', NODE_NAME: 'built-in', CLUSTER_NAME: 'c', NAMESPACE: 'n', K8S_CLUSTER_NAME: 'real'
  }
  t.same(await kubernetesAttributes(systemOf(t.testdir(), { env })), { 'k8s.cluster.name': 'real' })
})
