import { join } from 'node:path'
import type { Attributes } from './attributes.js'
import type { System } from './system.js'
import { readTextFile } from '../base/text-file.js'

/**
 * `ID`, `docker-ID.scope`, `cri-containerd-ID.scope`, `crio-ID.scope`, `libpod-ID.scope`, `…slice:cri-containerd:ID`.
 */
const CGROUP_PART = /(?:^|[-:])([0-9a-f]{64})(?:\.scope)?$/

/** The runtime id of "Amazon ECS task metadata endpoint version 4". On Fargate its last part can have only 8 digits. */
const ECS_FARGATE = /^[0-9a-f]{32}-\d{1,10}$/

/** Files that a container runtime keeps for each container and mounts over the files of the image. */
const MOUNT_ROOT =
  /\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf)$|\/overlay-containers\/([0-9a-f]{64})\/userdata\//

/**
 * Returns OpenTelemetry's `container.id` if this process runs in a container. Reads the names of its cgroups first
 * (cgroup v1, and v2 without a namespace), then the mounts of `/etc/hostname` and similar files (cgroup v2 with a
 * private namespace, which shows only `/`).
 */
export async function containerAttributes ({ root }: System): Promise<Attributes> {
  const id = findId(await readTextFile(join(root, 'proc/self/cgroup')), idInCgroup) ??
    findId(await readTextFile(join(root, 'proc/self/mountinfo')), idInMount)
  return id === undefined ? {} : { 'container.id': id }
}

function findId (text: string | undefined, idInLine: (line: string) => string | undefined): string | undefined {
  for (const line of text?.split('\n') ?? []) {
    const id = idInLine(line.trim())
    if (id !== undefined) return id
  }
  return undefined
}

/**
 * Returns the innermost id: a container in a container has the ids of both in its path. The path can continue after the
 * id, for example with `/init`.
 */
function idInCgroup (line: string): string | undefined {
  const parts = line.split('/')
  const ids = parts.map((part) => CGROUP_PART.exec(part)?.[1])
  return ids.findLast((id) => id !== undefined) ?? idOfFargate(parts)
}

/** The last part of a path below a part `ecs`. */
function idOfFargate ([, ...parts]: readonly string[]): string | undefined {
  const last = parts.pop() ?? ''
  return parts.includes('ecs') && ECS_FARGATE.test(last) ? last : undefined
}

/**
 * Reads only the fourth field, the root of the mount (proc(5)). The mount points are useless: on a container host they
 * name containers that this process does not run in.
 */
function idInMount (line: string): string | undefined {
  const [, , , root = ''] = line.split(' ')
  const [, docker, podman] = MOUNT_ROOT.exec(root) ?? []
  return docker ?? podman
}
