import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const LIB = join(ROOT, 'lib')
export const DIST = join(ROOT, 'dist')
export const MODULES = join(ROOT, 'node_modules')

/** The public entries: their source in lib/, and the file in dist/shared/ that contains their code. */
export const ENTRIES = {
  core: 'index', checks: 'checks/index', metrics: 'metrics/index', springBootAdmin: 'spring-boot-admin/index'
}

/** Returns the name of the plugin that is the default export of an entry. */
export function pluginOf (name) {
  return name === 'core' ? 'management' : name
}

/** The command: its source in lib/, and its file in dist/. */
export const COMMAND = 'probe/management-probe'
