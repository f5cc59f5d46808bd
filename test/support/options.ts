import type { CheckOptions } from '../../lib/health/check/options.js'
import { readSettings } from '../../lib/options/settings.js'
import type { Settings } from '../../lib/options/settings.js'

/** The settings that options give, and the options that were reported as unknown. */
export interface Reading {
  readonly settings: Settings
  readonly unknown: readonly string[]
}

/** Reads the options of the plugin under an environment. */
export function readOptions (options: unknown, env: Record<string, string> = {}): Reading {
  const unknown: string[] = []
  const settings = readSettings(options, { env, onUnknown: (keys) => unknown.push(...keys) })
  return { settings, unknown }
}

/** Every option of a check, with a value other than its default. */
export const CHECK_OPTIONS: Required<CheckOptions> = {
  timeout: 100,
  ttl: 5_000,
  interval: 10_000,
  failureThreshold: 3,
  successThreshold: 2,
  failureStatus: 'DEGRADED',
  maxBackoff: 30_000
}
