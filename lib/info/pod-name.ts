import type { Attributes } from './attributes.js'

/** "bcdfghjklmnpqrstvwxz2456789", the alphabet of k8s.io/apimachinery/pkg/util/rand: no vowels, nothing that looks alike. */
const RANDOM = '[b-df-hj-np-tv-xz24-9]'

/** A DNS subdomain, as Kubernetes demands of a pod's name ("Object Names and IDs"), up to its last dash, and what follows. */
const NAME_AND_LAST_PART = /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)-([a-z0-9]+)$/
const LONGEST = 253

const SUFFIX = new RegExp(`^${RANDOM}{5}$`)
const TEMPLATE_HASH = new RegExp(`^${RANDOM}{8,10}$`)
const SCHEDULED_TIME = /^[1-3](?:\d{7}|\d{9})$/
const COMPLETION_INDEX = /^(?:0|[1-9]\d{0,4})$/
const ORDINAL = /^(?:0|[1-9]\d{0,3})$/

/**
 * Derives from a pod's name the workload it belongs to, in OpenTelemetry's `k8s.*` attributes; the workload's name is also
 * the best guess at `k8s.container.name`. A name of no known form gives nothing.
 *
 * The controllers build names from the right, so they are read from the right, and a workload's own name may have dashes,
 * numbers and dots. In this order, the first that fits:
 *
 * 1. `NAME-TIME-xxxxx`, a CronJob's pod: the time of 8 digits (minutes) or, before Kubernetes 1.21, 10 digits (seconds),
 *    beginning with 1, 2 or 3, as these do until 2046 and 2096.
 * 2. `NAME-HASH-xxxxx`, a Deployment's: the pod-template-hash of 8 to 10 characters. It may be all digits, but is never taken
 *    for a time: it is a decimal number put through `rand.SafeEncodeString`, which gives no other digits than 4 to 9.
 * 3. `NAME-INDEX-xxxxx`, an indexed Job's: the index of up to 5 digits. (A DaemonSet or a Job called `web-2` has pods of the
 *    same form; the name cannot tell.)
 * 4. `NAME-xxxxx`, a DaemonSet's or a Job's; the name cannot tell which, so only the container's name is derived.
 * 5. `NAME-ORDINAL`, a StatefulSet's: up to 4 digits, so that a random suffix of 5 digits is none.
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

/** Says whether a name has the form of a Deployment's pod, the one form that hardly any other host's name has. */
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
