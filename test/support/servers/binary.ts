import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Debian's script for RabbitMQ on the path needs root to change the user. The script in this folder runs as the caller.
 */
const RABBITMQ = '/usr/lib/rabbitmq/bin'
const POSTGRESQL = '/usr/lib/postgresql'

/** The path to search, with the folders that Debian leaves out of a user's PATH. */
export const PATH = [process.env['PATH'] ?? '', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(delimiter)

/** Finds a program of a server. Returns `undefined` if it is not installed. */
export function findBinary (name: string): string | undefined {
  return [RABBITMQ, ...PATH.split(delimiter), ...postgresqlFolders()]
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

/** Finds a program, and throws if it is not installed. */
export function binary (name: string): string {
  const path = findBinary(name)
  if (path === undefined) throw new Error(`${name} is not installed`)
  return path
}

/** One folder for each installed version, the newest first. */
function postgresqlFolders (): string[] {
  try {
    const versions = readdirSync(POSTGRESQL).sort((left, right) => Number(right) - Number(left))
    return versions.map((version) => join(POSTGRESQL, version, 'bin'))
  } catch {
    return []
  }
}

function isExecutable (path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
