import { realpath } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { System } from './system.js'
import { readTextFile } from '../base/text-file.js'

/** What the app's package.json says of it. */
export interface AppPackage {
  readonly name: string
  readonly version?: string
}

/**
 * Finds the app's package.json: from the main script upward, or, where that is a tool's (fastify-cli, pm2) and so lies in a
 * `node_modules` folder, from the working directory upward. The first with a name is it: a nameless one, such as build tools
 * put into their output, and one that is no JSON are passed over.
 */
export async function findAppPackage (surroundings: System): Promise<AppPackage | undefined> {
  const script = await mainScript(surroundings)
  return (script === undefined ? undefined : await findUpward(script, surroundings.root)) ??
    await findUpward(surroundings.cwd, surroundings.root)
}

/** Where it really lies: a tool is started through a link in some `bin` folder. */
async function mainScript ({ argv: [, script], cwd }: System): Promise<string | undefined> {
  if (script === undefined) return undefined
  const path = resolve(cwd, script)
  const real = await realpath(path).catch(() => path)
  return real.split(sep).includes('node_modules') ? undefined : real
}

/** Begins with the path itself, which may be a folder too (`node .`). */
async function findUpward (path: string, root: string): Promise<AppPackage | undefined> {
  const found = parsePackage(await readTextFile(join(path, 'package.json')))
  const parent = dirname(path)
  if (found !== undefined || path === root || path === parent) return found
  return await findUpward(parent, root)
}

function parsePackage (text: string | undefined): AppPackage | undefined {
  const content = parseJson(text ?? '')
  const name = stringIn(content, 'name')
  if (name === undefined) return undefined
  const version = stringIn(content, 'version')
  return version === undefined ? { name } : { name, version }
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function stringIn (content: unknown, key: 'name' | 'version'): string | undefined {
  if (typeof content !== 'object' || content === null) return undefined
  const value: unknown = Object.getOwnPropertyDescriptor(content, key)?.value
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
