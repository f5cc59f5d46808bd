import { awaitOr } from '../base/attempt-or.js'
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
import { shown, shownSection } from './shown.js'
import { currentSystem, type System } from './system.js'

/** The plugin's options that name the service. */
export interface CollectOptions {
  readonly name?: string | undefined
  /** The id, or `true` to create an id and keep it on the host. */
  readonly serviceInstanceId?: boolean | string | undefined
  /** Receives a message if the created id cannot be kept. */
  readonly onProblem?: ((message: string) => void) | undefined
}

/** The part of `/info` that stays the same while the process runs. */
export interface CollectedInfo {
  /** The name, and the version in the app's package.json. The option `version` replaces this version. */
  readonly app: { readonly name: string, readonly version?: string }
  readonly 'trace.attributes': Attributes
  readonly git?: Git
  readonly build?: Build
}

/** OpenTelemetry's default service name ("Resource semantic conventions", `service.name`). */
const UNKNOWN_SERVICE = 'unknown_service:node'

/**
 * Collects data about the app, its process and its host, and redacts secrets. Never rejects: if a source fails, only
 * the data of that source is missing.
 *
 * `service.name` is the first of: the option, `OTEL_SERVICE_NAME`, `service.name` in `OTEL_RESOURCE_ATTRIBUTES`, the
 * name in the app's package.json (OpenTelemetry, "Environment Variable Specification"; code has priority over the
 * environment). All other attributes in `OTEL_RESOURCE_ATTRIBUTES` replace collected attributes.
 *
 * @example
 * const info = await collectInfo({ name: 'users-api', serviceInstanceId: true })
 * info['trace.attributes']['service.name'] // 'users-api'
 */
export async function collectInfo (options: CollectOptions, system: System = currentSystem()): Promise<CollectedInfo> {
  const app = await awaitOr(() => findAppPackage(system), undefined)
  const git = await awaitOr(() => gitSection(system), undefined)
  const build = await awaitOr(() => buildSection(app, system.env), undefined)
  return {
    app: {
      name: shown(givenName(options, system) ?? nameOf(app)),
      ...(app?.version !== undefined && { version: shown(app.version) })
    },
    'trace.attributes': await collectAttributes(options, app, system),
    ...(git !== undefined && { git: shownGit(git) }),
    ...(build !== undefined && { build: shownSection(build) })
  }
}

async function collectAttributes (
  options: CollectOptions, app: AppPackage | undefined, system: System
): Promise<Attributes> {
  const given = await awaitOr(() => resourceAttributes(system.env), {})
  const { 'service.name': givenServiceName = '', 'service.instance.id': givenId = '', ...others } = given
  const name = givenName(options, system) ?? (givenServiceName.trim() === '' ? nameOf(app) : givenServiceName)
  const id = await awaitOr(() => chooseInstanceId(options, givenId, name, system), '')
  const all = { 'service.name': name, 'service.instance.id': id, ...await readAll(system), ...present(others) }
  return shownSection(present(all))
}

async function readAll (system: System): Promise<Attributes> {
  const sources = [hostAttributes, processAttributes, containerAttributes, kubernetesAttributes]
  const found = await Promise.all(sources.map((source) => awaitOr<Attributes>(() => source(system), {})))
  return Object.fromEntries(found.flatMap((attributes) => Object.entries(attributes)))
}

function givenName ({ name }: CollectOptions, { env }: System): string | undefined {
  return name === undefined || name.trim() === '' ? firstSet(env, 'OTEL_SERVICE_NAME') : name
}

function nameOf (app: AppPackage | undefined): string {
  return app?.name ?? UNKNOWN_SERVICE
}

/** Creates an id only if it will be shown, because creating an id writes a file. */
async function chooseInstanceId (
  { serviceInstanceId, onProblem }: CollectOptions, given: string, name: string, system: System
): Promise<string> {
  if (typeof serviceInstanceId === 'string' && serviceInstanceId.trim() !== '') return serviceInstanceId
  if (serviceInstanceId !== true || given.trim() !== '') return given
  return await instanceId(name, system, onProblem)
}

function shownGit ({ branch, commit }: Git): Git {
  return {
    ...(branch !== undefined && { branch: shown(branch) }),
    ...(commit !== undefined && { commit: shownSection({ ...commit }) })
  }
}
