import type { Attributes } from './attributes.js'

/**
 * "bcdfghjklmnpqrstvwxz2456789", the alphabet of k8s.io/apimachinery/pkg/util/rand: no vowels, no similar characters.
 */
const RANDOM = '[b-df-hj-np-tv-xz24-9]'

/**
 * A DNS subdomain, which Kubernetes requires as a pod's name ("Object Names and IDs"). The groups are the text before
 * the last dash and the text after it.
 */
const NAME_AND_LAST_PART = /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)-([a-z0-9]+)$/
const LONGEST = 253

const SUFFIX = new RegExp(`^${RANDOM}{5}$`)
const TEMPLATE_HASH = new RegExp(`^${RANDOM}{8,10}$`)
const SCHEDULED_TIME = /^[1-3](?:\d{7}|\d{9})$/
const COMPLETION_INDEX = /^(?:0|[1-9]\d{0,4})$/
const ORDINAL = /^(?:0|[1-9]\d{0,3})$/

/**
 * Derives the workload of a pod from the pod's name, in OpenTelemetry's `k8s.*` attributes. The workload's name is also
 * the best guess for `k8s.container.name`. Returns no attributes if the name has none of the forms below.
 *
 * Controllers append parts at the end of a name, so the name is read from the end. A workload's own name can contain
 * dashes, numbers and dots. The first form that matches is used:
 *
 * 1. `NAME-TIME-xxxxx`, a pod of a CronJob: the time has 8 digits (minutes) or, before Kubernetes 1.21, 10 digits
 *    (seconds). It starts with 1, 2 or 3, which stays true until 2046 (minutes) and 2096 (seconds).
 * 2. `NAME-HASH-xxxxx`, a pod of a Deployment: the pod-template-hash has 8 to 10 characters. A hash of digits only is
 *    never read as a time: it is a decimal number encoded by `rand.SafeEncodeString`, whose only digits are 4 to 9.
 * 3. `NAME-INDEX-xxxxx`, a pod of an indexed Job: the index has up to 5 digits. (Pods of a DaemonSet or a Job named
 *    `web-2` have the same form; the name does not show the difference.)
 * 4. `NAME-xxxxx`, a pod of a DaemonSet or a Job: the name does not show which, so only the container is derived.
 * 5. `NAME-ORDINAL`, a pod of a StatefulSet: the ordinal has up to 4 digits, because 5 digits may be a random suffix.
 *
 * @example
 * parsePodName('api-v2-7d4b9c6f5d-x2x9z')
 * // { 'k8s.deployment.name': 'api-v2', 'k8s.replicaset.name': 'api-v2-7d4b9c6f5d', 'k8s.container.name': 'api-v2' }
 */
export function parsePodName (podName: string): Attributes {
  const parts = split(podName)
  if (parts === undefined) return {}
  if (SUFFIX.test(parts.last)) return parseOwner(parts.name)
  return ORDINAL.test(parts.last) ? workload('statefulset', parts.name) : {}
}

/** Returns whether a name has the form of a Deployment's pod. Other host names almost never have this form. */
export function isDeploymentPodName (name: string): boolean {
  return 'k8s.deployment.name' in parsePodName(name)
}

function parseOwner (owner: string): Attributes {
  const { name, last } = split(owner) ?? { name: owner, last: '' }
  if (SCHEDULED_TIME.test(last)) return { ...workload('cronjob', name), 'k8s.job.name': owner }
  if (TEMPLATE_HASH.test(last)) return { ...workload('deployment', name), 'k8s.replicaset.name': owner }
  if (COMPLETION_INDEX.test(last)) return workload('job', name)
  return { 'k8s.container.name': owner }
}

function workload (kind: string, name: string): Attributes {
  return { [`k8s.${kind}.name`]: name, 'k8s.container.name': name }
}

function split (text: string): { readonly name: string, readonly last: string } | undefined {
  if (text.length > LONGEST) return undefined
  const [, name, last] = NAME_AND_LAST_PART.exec(text) ?? []
  return name === undefined || last === undefined ? undefined : { name, last }
}
