import { realpath } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { System } from './system.js'
import { attemptOr } from '../base/attempt-or.js'
import { readTextFile } from '../base/text-file.js'

/** The app's name and version, from its package.json. */
export interface AppPackage {
  readonly name: string
  readonly version?: string
}

/**
 * Finds the app's package.json: searches upward from the main script, then upward from the working directory. A main
 * script in a `node_modules` folder belongs to a tool (fastify-cli, pm2) and is ignored. The first package.json with a
 * name is returned. Files without valid JSON or without a name are skipped; some build tools write a package.json
 * without a name.
 */
export async function findAppPackage (system: System): Promise<AppPackage | undefined> {
  const script = await mainScript(system)
  return (script === undefined ? undefined : await findUpward(script, system.root)) ??
    await findUpward(system.cwd, system.root)
}

/** Follows links: npm starts a tool through a link in a `bin` folder. */
async function mainScript ({ argv: [, script], cwd }: System): Promise<string | undefined> {
  if (script === undefined) return undefined
  const path = resolve(cwd, script)
  const real = await realpath(path).catch(() => path)
  return real.split(sep).includes('node_modules') ? undefined : real
}

/** Starts with the path itself, which may be a folder (`node .`). */
async function findUpward (path: string, root: string): Promise<AppPackage | undefined> {
  const found = parsePackage(await readTextFile(join(path, 'package.json')))
  const parent = dirname(path)
  if (found !== undefined || path === root || path === parent) return found
  return await findUpward(parent, root)
}

function parsePackage (text: string | undefined): AppPackage | undefined {
  const content = attemptOr((): unknown => JSON.parse(text ?? ''), undefined)
  const name = stringIn(content, 'name')
  if (name === undefined) return undefined
  const version = stringIn(content, 'version')
  return version === undefined ? { name } : { name, version }
}

function stringIn (content: unknown, key: 'name' | 'version'): string | undefined {
  if (typeof content !== 'object' || content === null) return undefined
  const value: unknown = Object.getOwnPropertyDescriptor(content, key)?.value
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
