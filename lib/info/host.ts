import { join } from 'node:path'
import { present, type Attributes } from './attributes.js'
import type { System } from './system.js'
import { readTextFile } from '../base/text-file.js'

/** Node's names to those of OpenTelemetry's `host.arch`; the others are the same. */
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([['x64', 'amd64'], ['arm', 'arm32'], ['ia32', 'x86'], ['ppc', 'ppc32']])

/** Node's names to those of OpenTelemetry's `os.type`; the others are the same. */
const OS_TYPES: ReadonlyMap<string, string> = new Map([['win32', 'windows'], ['sunos', 'solaris'], ['android', 'linux']])

/** The host and its operating system, in OpenTelemetry's `host.*` and `os.*` attributes, and the Flask system's `machine.id`. */
export async function hostAttributes (surroundings: System): Promise<Attributes> {
  const { hostname, arch, platform } = surroundings
  const machineId = await readMachineId(surroundings)
  return present({
    'host.name': hostname,
    'host.arch': ARCHITECTURES.get(arch) ?? arch,
    'host.id': machineId,
    'machine.id': machineId,
    'os.type': OS_TYPES.get(platform) ?? platform,
    'os.description': await describeOs(surroundings)
  })
}

/** machine-id(5), where OpenTelemetry's `host.id` is to come from on Linux, and D-Bus's own file, its predecessor. */
async function readMachineId ({ root }: System): Promise<string | undefined> {
  for (const path of ['etc/machine-id', 'var/lib/dbus/machine-id']) {
    const [id = ''] = (await readTextFile(join(root, path)))?.trim().split('\n') ?? []
    if (id !== '' && id !== 'uninitialized') return id.trim()
  }
  return undefined
}

async function describeOs (surroundings: System): Promise<string> {
  const kernel = `${surroundings.osType} ${surroundings.osRelease}`.trim()
  const name = await readPrettyName(surroundings)
  return name === undefined ? kernel : `${name}, ${kernel}`
}

/** os-release(5). */
async function readPrettyName ({ root }: System): Promise<string | undefined> {
  for (const path of ['etc/os-release', 'usr/lib/os-release']) {
    const [, value = ''] = /^PRETTY_NAME=(.*)$/m.exec(await readTextFile(join(root, path)) ?? '') ?? []
    const name = unquote(value.trim())
    if (name !== '') return name
  }
  return undefined
}

/** The file is written for a shell to read: quotes around the value, a backslash before what a shell would expand. */
function unquote (value: string): string {
  return value.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(["'$`\\])/g, '$1').trim()
}
