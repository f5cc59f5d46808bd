import { join } from 'node:path'
import { present, type Attributes } from './attributes.js'
import { firstSet, type Environment } from '../base/environment.js'
import { isDeploymentPodName, parsePodName } from './pod-name.js'
import type { System } from './system.js'
import { readTextFile } from '../base/text-file.js'

/** The path at which the kubelet mounts the namespace ("Accessing the Kubernetes API from a Pod"). */
const NAMESPACE_FILE = 'var/run/secrets/kubernetes.io/serviceaccount/namespace'

/** Variables that have another meaning on a build server or in a shell. They are read only in a pod. */
const AMBIGUOUS: readonly string[] = ['CONTAINER_NAME', 'NODE_NAME', 'CLUSTER_NAME', 'NAMESPACE']

/** Usual names of variables filled from the downward API. Kubernetes itself does not define names. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  'k8s.namespace.name': ['K8S_NAMESPACE_NAME', 'K8S_NAMESPACE', 'POD_NAMESPACE', 'NAMESPACE'],
  'k8s.pod.uid': ['K8S_POD_UID', 'POD_UID'],
  'k8s.pod.ip': ['K8S_POD_IP', 'POD_IP'],
  'k8s.container.name': ['K8S_CONTAINER_NAME', 'CONTAINER_NAME'],
  'k8s.node.name': ['K8S_NODE_NAME', 'NODE_NAME'],
  'k8s.cluster.name': ['K8S_CLUSTER_NAME', 'CLUSTER_NAME'],
  'k8s.deployment.name': ['K8S_DEPLOYMENT_NAME'],
  'k8s.replicaset.name': ['K8S_REPLICASET_NAME'],
  'k8s.statefulset.name': ['K8S_STATEFULSET_NAME'],
  'k8s.daemonset.name': ['K8S_DAEMONSET_NAME'],
  'k8s.cronjob.name': ['K8S_CRONJOB_NAME'],
  'k8s.job.name': ['K8S_JOB_NAME']
}

/**
 * Describes the pod of this process in OpenTelemetry's `k8s.*` attributes. Values from the environment replace values
 * derived from the pod's name. The host name is taken as the pod's name in Kubernetes, or if it has the form of a
 * Deployment's pod.
 */
export async function kubernetesAttributes ({ env, root, hostname }: System): Promise<Attributes> {
  const mounted = await readTextFile(join(root, NAMESPACE_FILE))
  const isInKubernetes = mounted !== undefined || firstSet(env, 'KUBERNETES_SERVICE_HOST') !== undefined
  const podName = firstSet(env, 'K8S_POD_NAME', 'POD_NAME') ??
    podNameOfHost(firstSet(env, 'HOSTNAME') ?? hostname, isInKubernetes)
  const own = fromVariables(podName === undefined ? withoutAmbiguous(env) : env)
  return {
    ...present({ 'k8s.pod.name': podName, 'k8s.namespace.name': mounted?.trim() }),
    ...(podName === undefined ? {} : parsePodName(podName)),
    ...own
  }
}

/** Kubernetes uses a pod's name as its host name by default. */
function podNameOfHost (hostname: string, isInKubernetes: boolean): string | undefined {
  return isInKubernetes || isDeploymentPodName(hostname) ? hostname : undefined
}

function withoutAmbiguous (env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !AMBIGUOUS.includes(name)))
}

function fromVariables (env: Environment): Attributes {
  const entries = Object.entries(VARIABLES).map(([attribute, names]) => [attribute, firstSet(env, ...names)] as const)
  return present(Object.fromEntries(entries))
}
