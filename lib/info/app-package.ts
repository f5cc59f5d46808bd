import { realpath } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { System } from './system.js'
import { attemptOr } from '../base/attempt-or.js'
import { readTextFile } from '../base/text-file.js'
import { isRecord } from '../base/type-guards.js'

/** The app's name and version, from its package.json. */
export interface AppPackage {
  readonly name?: string
  readonly version?: string
}

/** Scripts and settings can make a package.json long. A shortened one would not be valid JSON. */
const MOST_BYTES = 1024 * 1024

/** In characters: the limit of Linux. An argument can be longer, and have many thousand folders. */
const LONGEST_PATH = 4_096
const MOST_FOLDERS = 100

/** Options of Node with which the first argument is not a script. */
const EVAL = /^(?:-e|-p|-pe|--eval|--print)(?:=|$)/

/**
 * Finds the app's package.json. Searches upward from the first of these places, and then from the next:
 *
 * 1. the main script, with links followed, then as it was given;
 * 2. the working directory, for example with `node --eval`, or if the main script belongs to a tool (fastify-cli);
 * 3. the folder that the tool is installed in (only this folder), unless it is the root of several workspaces.
 *
 * A package.json in a `node_modules` folder is never the app's. Files without valid JSON are skipped.
 */
export async function findAppPackage (system: System): Promise<AppPackage | undefined> {
  const { cwd, root } = system
  const script = await mainScript(system)
  const places = script?.isTool === false ? [script.real, script.given, cwd] : [cwd]
  for (const place of places) {
    const found = await findUpward(place, root)
    if (found !== undefined) return found
  }
  return script?.isTool === true ? await findBesideTool(script) : undefined
}

/** The given path is inside `node_modules` too, unless the tool is installed globally. */
async function findBesideTool ({ given, real }: MainScript): Promise<AppPackage | undefined> {
  const path = isInNodeModules(given) ? given : real
  const folder = path.slice(0, path.indexOf(`${sep}node_modules${sep}`))
  const isWorkspaceRoot = Object.hasOwn(await readPackage(folder), 'workspaces')
  return isWorkspaceRoot ? undefined : await findUpward(folder, folder)
}

interface MainScript {
  readonly given: string
  readonly real: string
  readonly isTool: boolean
}

/** Follows links: npm starts a tool through a link in a `bin` folder. */
async function mainScript (system: System): Promise<MainScript | undefined> {
  const { argv: [, argument], execArgv, cwd } = system
  if (argument === undefined || execArgv.some((option) => EVAL.test(option))) return undefined
  const script = await scriptAt(resolve(cwd, argument))
  const managed = system.env['pm_exec_path']
  return script.isTool && isPm2(script) && managed !== undefined ? await scriptAt(resolve(cwd, managed)) : script
}

async function scriptAt (given: string): Promise<MainScript> {
  const real = await realpath(given).catch(() => given)
  return { given, real, isTool: isInNodeModules(real) }
}

function isInNodeModules (path: string): boolean {
  return path.split(sep).includes('node_modules')
}

/**
 * pm2 starts a script of its own, which loads the app's main script.
 *
 * @see https://github.com/Unitech/pm2 `lib/ProcessContainerFork.js`
 */
function isPm2 ({ real }: MainScript): boolean {
  return real.includes(join(sep, 'node_modules', 'pm2', sep))
}

/**
 * Starts with the path itself, which may be a folder (`node .`). Returns the first package with a name. Some build
 * tools write a package.json without a name. If it has a version, that version counts.
 */
async function findUpward (path: string, root: string): Promise<AppPackage | undefined> {
  let version: string | undefined
  for (const folder of foldersUpward(path, root)) {
    const content = await readPackage(folder)
    version ??= stringIn(content, 'version')
    const name = stringIn(content, 'name')
    if (name !== undefined) return version === undefined ? { name } : { name, version }
  }
  return version === undefined ? undefined : { version }
}

/** The folders from `path` up to `root`, without those in `node_modules`. None for a path that is too long. */
function foldersUpward (path: string, root: string): readonly string[] {
  if (path.length > LONGEST_PATH) return []
  const folders = [path]
  for (let folder = path; folder !== root && folder !== dirname(folder); folder = dirname(folder)) {
    if (folders.length < MOST_FOLDERS) folders.push(dirname(folder))
  }
  return folders.filter((folder) => !isInNodeModules(folder))
}

type Content = Readonly<Record<string, unknown>>

async function readPackage (folder: string): Promise<Content> {
  const text = await readTextFile(join(folder, 'package.json'), MOST_BYTES)
  const content = attemptOr((): unknown => JSON.parse(text ?? ''), undefined)
  return isRecord(content) ? content : {}
}

function stringIn (content: Content, key: 'name' | 'version'): string | undefined {
  const value = Object.hasOwn(content, key) ? content[key] : undefined
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
