import { join } from 'node:path'
import { present, type Attributes } from './attributes.js'
import { firstSet } from '../base/environment.js'
import { hashedMachineId } from './machine-id.js'
import type { System } from './system.js'
import { readTextFile } from '../base/text-file.js'

/** Maps Node's names to the names in OpenTelemetry's `host.arch`. All other names are the same. */
const ARCHITECTURES: ReadonlyMap<string, string> =
  new Map([['x64', 'amd64'], ['arm', 'arm32'], ['ia32', 'x86'], ['ppc', 'ppc32']])

/** Maps Node's names to the names in OpenTelemetry's `os.type`. All other names are the same. */
const OS_TYPES: ReadonlyMap<string, string> =
  new Map([['win32', 'windows'], ['sunos', 'solaris'], ['android', 'linux']])

/**
 * Describes the host and its operating system: OpenTelemetry's `host.*` and `os.*`, and `host.hostname` and
 * `machine.id` of Flask Management Endpoints. `host.hostname` is the variable `HOSTNAME`, if it is set.
 */
export async function hostAttributes (system: System): Promise<Attributes> {
  const { env, hostname, arch, platform } = system
  const machineId = await hashedMachineId(system)
  return present({
    'host.name': hostname,
    'host.hostname': firstSet(env, 'HOSTNAME') ?? hostname,
    'host.arch': ARCHITECTURES.get(arch) ?? arch,
    'host.id': machineId,
    'machine.id': machineId,
    'os.type': OS_TYPES.get(platform) ?? platform,
    'os.description': await describeOs(system)
  })
}

async function describeOs (system: System): Promise<string> {
  const kernel = `${system.osType} ${system.osRelease}`.trim()
  const name = await readPrettyName(system)
  return name === undefined ? kernel : `${name}, ${kernel}`
}

/** Reads os-release(5). */
async function readPrettyName ({ root }: System): Promise<string | undefined> {
  for (const path of ['etc/os-release', 'usr/lib/os-release']) {
    const [, value = ''] = /^PRETTY_NAME=(.*)$/m.exec(await readTextFile(join(root, path)) ?? '') ?? []
    const name = unquote(value.trim())
    if (name !== '') return name
  }
  return undefined
}

/** Removes shell syntax: quotes around the value, and backslashes before characters that a shell would expand. */
function unquote (value: string): string {
  return value.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(["'$`\\])/g, '$1').trim()
}
