import { join } from 'node:path'
import type { Attributes } from './attributes.js'
import type { System } from './system.js'
import { readTextFile } from '../base/text-file.js'

/** `ID`, `docker-ID.scope`, `cri-containerd-ID.scope`, `crio-ID.scope`, `libpod-ID.scope`, `…slice:cri-containerd:ID`. */
const CGROUP_PART = /(?:^|[-:])([0-9a-f]{64})(?:\.scope)?$/

/** The runtime id of "Amazon ECS task metadata endpoint version 4"; on Fargate it ends in as few as 8 digits. */
const ECS_FARGATE = /\/ecs\/(?:.*\/)?([0-9a-f]{32}-\d{1,10})$/

/** The files that a runtime keeps per container and mounts over those of the image. */
const MOUNT_ROOT = /\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf)$|\/overlay-containers\/([0-9a-f]{64})\/userdata\//

/**
 * OpenTelemetry's `container.id`, where this process runs in a container: from the names of its cgroups (cgroup v1, and v2
 * without a namespace), else from the mounts of `/etc/hostname` and the like (cgroup v2, whose private namespace shows `/`).
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

/** The innermost cgroup tells: a container in a container has both ids in its path, and there may be a `/init` below. */
function idInCgroup (line: string): string | undefined {
  const ids = line.split('/').map((part) => CGROUP_PART.exec(part)?.[1])
  return ids.findLast((id) => id !== undefined) ?? ECS_FARGATE.exec(line)?.[1]
}

/** Only the fourth field, the mount's root: on a container host the mount points name the containers of others (proc(5)). */
function idInMount (line: string): string | undefined {
  const [, , , root = ''] = line.split(' ')
  const [, docker, podman] = MOUNT_ROOT.exec(root) ?? []
  return docker ?? podman
}
