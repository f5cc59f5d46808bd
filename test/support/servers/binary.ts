import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Of RabbitMQ, what is in the path on Debian wants to be root, to become another; this one runs as whoever calls it. */
const RABBITMQ = '/usr/lib/rabbitmq/bin'
const POSTGRESQL = '/usr/lib/postgresql'

/** The path to search, with the folders that Debian leaves out of a user's. */
export const PATH = [process.env['PATH'] ?? '', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(delimiter)

/** Where a program of a server's is, `undefined` where it is not installed. */
export function findBinary (name: string): string | undefined {
  return [RABBITMQ, ...PATH.split(delimiter), ...postgresqlFolders()].map((folder) => join(folder, name)).find(isExecutable)
}

/** Where a program is that has to be there. */
export function binary (name: string): string {
  const path = findBinary(name)
  if (path === undefined) throw new Error(`there is no ${name} here`)
  return path
}

/** One for each version that is installed, the newest first. */
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
