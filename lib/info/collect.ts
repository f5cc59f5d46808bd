import { redactText } from '../base/redact.js'
import { findAppPackage, type AppPackage } from './app-package.js'
import { present, type Attributes } from './attributes.js'
import { buildSection, type Build } from './build.js'
import { containerAttributes } from './container.js'
import { firstSet } from '../base/environment.js'
import { gitSection, type Git } from './git.js'
import { hostAttributes } from './host.js'
import { instanceId } from './instance-id.js'
import { kubernetesAttributes } from './kubernetes.js'
import { processAttributes } from './process.js'
import { resourceAttributes } from './resource-attributes.js'
import { currentSystem, type System } from './system.js'

/** What the user says of the service, in the plugin's options. */
export interface CollectOptions {
  readonly name?: string | undefined
  /** `true` for an id that is kept on the host, or the id itself. */
  readonly serviceInstanceId?: boolean | string | undefined
}

/** What `/info` shows that does not change while the process runs. The version is no part of it: it may change. */
export interface CollectedInfo {
  readonly app: { readonly name: string }
  readonly 'trace.attributes': Attributes
  readonly git?: Git
  readonly build?: Build
}

/** OpenTelemetry's name for a service that has none ("Resource semantic conventions", `service.name`). */
const UNKNOWN_SERVICE = 'unknown_service:node'

/**
 * Collects what there is to know of the app, its process and its host, redacted. Never rejects: a source that fails costs
 * what it would have given and nothing else.
 *
 * `service.name` is, in this order, the option, `OTEL_SERVICE_NAME`, that of `OTEL_RESOURCE_ATTRIBUTES`, the name in the
 * app's package.json (OpenTelemetry, "Environment Variable Specification"; what is said in code comes first). All other
 * attributes of `OTEL_RESOURCE_ATTRIBUTES` win over what was collected.
 *
 * @example
 * const info = await collectInfo({ name: 'users-api', serviceInstanceId: true })
 * info['trace.attributes']['service.name'] // 'users-api'
 */
export async function collectInfo (options: CollectOptions, surroundings: System = currentSystem()): Promise<CollectedInfo> {
  const app = await attempt(() => findAppPackage(surroundings), undefined)
  const git = await attempt(() => gitSection(surroundings), undefined)
  const build = await attempt(() => buildSection(app, surroundings.env), undefined)
  return {
    app: { name: redactText(givenName(options, surroundings) ?? nameOf(app)) },
    'trace.attributes': await collectAttributes(options, app, surroundings),
    ...(git !== undefined && { git: redactGit(git) }),
    ...(build !== undefined && { build })
  }
}

async function collectAttributes (options: CollectOptions, app: AppPackage | undefined, surroundings: System): Promise<Attributes> {
  const given = await attempt(() => resourceAttributes(surroundings.env), {})
  const { 'service.name': givenServiceName = '', 'service.instance.id': givenId = '', ...others } = given
  const name = givenName(options, surroundings) ?? (givenServiceName.trim() === '' ? nameOf(app) : givenServiceName)
  const id = await attempt(() => chooseInstanceId(options, givenId, name, surroundings), '')
  return redactAll({ 'service.name': name, 'service.instance.id': id, ...await readAll(surroundings), ...present(others) })
}

async function readAll (surroundings: System): Promise<Attributes> {
  const sources = [hostAttributes, processAttributes, containerAttributes, kubernetesAttributes]
  const found = await Promise.all(sources.map((source) => attempt<Attributes>(() => source(surroundings), {})))
  return Object.fromEntries(found.flatMap((attributes) => Object.entries(attributes)))
}

function givenName ({ name }: CollectOptions, { env }: System): string | undefined {
  return name === undefined || name.trim() === '' ? firstSet(env, 'OTEL_SERVICE_NAME') : name
}

function nameOf (app: AppPackage | undefined): string {
  return app?.name ?? UNKNOWN_SERVICE
}

/** The kept id is the last resort: nothing is written for an id that would not be shown. */
async function chooseInstanceId ({ serviceInstanceId }: CollectOptions, given: string, name: string, surroundings: System): Promise<string> {
  if (typeof serviceInstanceId === 'string' && serviceInstanceId.trim() !== '') return serviceInstanceId
  if (serviceInstanceId !== true || given.trim() !== '') return given
  return await instanceId(name, surroundings)
}

function redactAll (attributes: Attributes): Attributes {
  return present(Object.fromEntries(Object.entries(attributes).map(([name, value]) =>
    [name, typeof value === 'string' ? redactText(value) : value])))
}

function redactGit ({ branch, ...others }: Git): Git {
  return branch === undefined ? others : { branch: redactText(branch), ...others }
}

async function attempt<T> (read: () => T | Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read()
  } catch {
    return otherwise
  }
}
