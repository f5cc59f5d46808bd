import { join } from 'node:path'
import { packagedBinary } from './binary.js'

const platform = process.platform === 'win32' ? 'win' : process.platform
const packageName = `node-${platform}-${process.arch}`
const executable = join('bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** The oldest Node that the package supports. */
export const OLDEST_NODE = '20.19.0'

/** The supported majors of Node, except the running one. */
export function otherMajors (): readonly string[] {
  return ['20', '22', '24', '26'].filter((major) => !process.versions.node.startsWith(`${major}.`))
}

/**
 * Finds a binary of Node by its major or full version, and installs it from npm at the first use. Resolves to
 * `undefined` if npm has none for this machine; rejects instead if `CI` is set.
 */
export async function nodeBinary (version: string): Promise<string | undefined> {
  return await packagedBinary({ packageName, version, executable, home: version })
}
