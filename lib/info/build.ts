import { REDACTED, isSecretName, redactText } from '../base/redact.js'
import type { AppPackage } from './app-package.js'
import { firstSet, type Environment } from '../base/environment.js'

/** What an app was built as and by, as Actuator's `build` section. */
export type Build = Readonly<Record<string, string>>

const VARIABLE = /^BUILD_+[A-Za-z0-9]/

/**
 * The name and version of the app's package.json, and every `BUILD_*` variable under its name in camelCase
 * (`BUILD_JOB_NAME` as `jobName`), which win. Values of secret names and secrets in values are redacted.
 */
export function buildSection (app: AppPackage | undefined, env: Environment): Build | undefined {
  const entries = Object.keys(env).filter((variable) => VARIABLE.test(variable)).flatMap((variable) => entryOf(variable, env))
  const build = { ...app, ...Object.fromEntries(entries) }
  return Object.keys(build).length === 0 ? undefined : build
}

function entryOf (variable: string, env: Environment): (readonly [string, string])[] {
  const value = firstSet(env, variable)
  if (value === undefined) return []
  return [[toKey(variable), isSecretName(variable) ? REDACTED : redactText(value)]]
}

function toKey (variable: string): string {
  const [first = '', ...others] = variable.toLowerCase().split(/[^a-z0-9]+/).slice(1)
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
