import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { transform } from 'esbuild'
import { run } from './child.js'
import { ROOT } from './rooms.js'
import type { TapReport } from './tap.js'

interface Location {
  readonly start: { readonly line: number }
}

/** One file as Istanbul counts it. */
interface FileCoverage {
  readonly statementMap: Readonly<Record<string, Location>>
  readonly s: Readonly<Record<string, number>>
  readonly fnMap: Readonly<Record<string, { readonly name: string, readonly loc: Location }>>
  readonly f: Readonly<Record<string, number>>
  readonly branchMap: Readonly<Record<string, { readonly loc: Location }>>
  readonly b: Readonly<Record<string, readonly number[]>>
}

const C8 = join(ROOT, 'node_modules/c8/bin/c8.js')
const ALL_OF_LIB = ['--all', '--src', 'lib', '--include', 'lib/**', '--reporter', 'json']

/**
 * Fails for every line, branch and function of `lib/` that no test has run. `data` holds what V8 has counted in each
 * process.
 */
export async function checkCoverage (data: string): Promise<TapReport> {
  const folder = `${data}-report`
  const args = ['report', '--temp-directory', data, '--reports-dir', folder, ...ALL_OF_LIB]
  const { code, stderr } = await run(process.execPath, [C8, ...args])
  if (code !== 0) throw new Error(`c8 failed: ${stderr}`)
  const report = await readFile(join(folder, 'coverage-final.json'), 'utf8')
  const files = JSON.parse(report) as Readonly<Record<string, FileCoverage>>
  const gaps = await Promise.all(Object.entries(files).map(async ([path, file]) => await gapsOf(path, file)))
  const failures = gaps.flat()
  return { passed: Object.keys(files).length, failed: failures.length, skipped: 0, failures, reasons: [], comments: [] }
}

/** Only types, which no process loads: the file compiles to nothing. */
async function isOnlyTypes (source: string): Promise<boolean> {
  const { code } = await transform(source, { loader: 'ts' })
  return code.trim() === ''
}

/** The lines, functions and branches of one file that no test has run. */
async function gapsOf (path: string, coverage: FileCoverage): Promise<readonly string[]> {
  const { statementMap, s, fnMap, f, branchMap, b } = coverage
  const source = await readFile(path, 'utf8')
  if (await isOnlyTypes(source)) return []
  const lines = source.split('\n')
  const at = ({ start: { line } }: Location): string => `${relative(ROOT, path)}:${line}`
  // tsx appends code with a branch of its own to each import().
  const isOurs = ({ start: { line } }: Location): boolean => lines[line - 1]?.includes(' import(') !== true
  return [
    ...Object.entries(statementMap)
      .filter(([id]) => s[id] === 0)
      .map(([, location]) => `${at(location)} is not covered`),
    ...Object.entries(fnMap)
      .filter(([id]) => f[id] === 0)
      .map(([, { name, loc }]) => `${at(loc)} function ${name} is not covered`),
    ...Object.entries(branchMap)
      .filter(([id, { loc }]) => b[id]?.includes(0) === true && isOurs(loc))
      .map(([, { loc }]) => `${at(loc)} has a branch that is not covered`)
  ]
}
