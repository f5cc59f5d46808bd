import { REDACTED } from '../base/redact.js'
import { isSecretText } from '../base/secret-name.js'
import type { AppPackage } from './app-package.js'
import { firstSet, type Environment } from '../base/environment.js'

/** Actuator's `build` section: the app's name and version, and data about its build. */
export type Build = Readonly<Record<string, string>>

const VARIABLE = /^BUILD_+[A-Za-z0-9]/

/**
 * Returns the name and version of the app's package.json and all `BUILD_*` variables, with camelCase keys
 * (`BUILD_JOB_NAME` becomes `jobName`). A variable replaces a value of package.json. Values of variables with secret
 * names are redacted.
 */
export function buildSection (app: AppPackage | undefined, env: Environment): Build | undefined {
  const variables = Object.keys(env).filter((variable) => VARIABLE.test(variable))
  const entries = variables.flatMap((variable) => entryOf(variable, env))
  const build = { ...app, ...Object.fromEntries(entries) }
  return Object.keys(build).length === 0 ? undefined : build
}

function entryOf (variable: string, env: Environment): (readonly [string, string])[] {
  const value = firstSet(env, variable)
  if (value === undefined) return []
  return [[toKey(variable), isSecretText(variable, value) ? REDACTED : value]]
}

function toKey (variable: string): string {
  const [first = '', ...others] = variable.toLowerCase().split(/[^a-z0-9]+/).slice(1)
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
