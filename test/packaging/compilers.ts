import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { addTo, copyInto, root } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

/** Supported compilers, by the name under which a project installs them. */
const COMPILERS = { 'typescript-5.6': '5.6', 'typescript-5.9': '5.9', 'typescript-6.0': '6.0', 'typescript-7.0': '7.0' }

const FILES = ['app.ts', 'kinds.ts']

interface Setting {
  /** The folder of the app, whose package.json names its module system. */
  readonly folder: 'esm' | 'cjs'
  readonly flags: readonly string[]
}

/** How an app finds modules, and the module systems of its files. */
const SETTINGS: readonly (readonly [folder: 'esm' | 'cjs', ...flags: string[]])[] = [
  ['esm', '--module', 'nodenext'],
  ['cjs', '--module', 'nodenext'],
  ['esm', '--module', 'node16'],
  ['cjs', '--module', 'node16'],
  ['esm', '--module', 'esnext', '--moduleResolution', 'bundler'],
  ['esm', '--module', 'preserve'],
  ['cjs', '--module', 'preserve'],
  ['cjs', '--module', 'commonjs', '--moduleResolution', 'node10']
]

const FLAGS = [
  '--noEmit', '--strict', '--skipLibCheck', 'false', '--esModuleInterop', '--target', 'es2022', '--types', 'node',
  // TypeScript's own libraries need no check.
  '--skipDefaultLibCheck'
]

/** Compiles one app with every supported compiler in every setting, without `skipLibCheck`. */
export async function testCompilers (t: Test, project: string): Promise<void> {
  await addTo(project, Object.entries(COMPILERS).map(([name, version]) => `${name}@npm:typescript@${version}`))
  await makeApp(join(project, 'esm'), 'module')
  await makeApp(join(project, 'cjs'), 'commonjs')
  const program = join(project, 'compile.cjs')
  await copyInto(program, 'test', 'packaging', 'fixtures', 'compilers', 'compile.cjs')

  t.jobs = 2
  for (const [compiler, version] of Object.entries(COMPILERS)) {
    void t.test(`with TypeScript ${version}`, async (t) => {
      const settings = SETTINGS.flatMap(([folder, ...flags]) => {
        const versionFlags = flagsFor(version, flags)
        return versionFlags === undefined ? [] : [{ folder, flags: versionFlags }]
      })
      const home = join(project, 'node_modules', compiler)
      const errors = await (version === '7.0' ? compileEach : compileTogether)(home, settings, project)
      t.equal(errors.length, settings.length)
      for (const [at, { folder, flags }] of settings.entries()) {
        t.equal(errors[at], '', `compiles ${folder} files with ${flags.join(' ')}`)
      }
    })
  }
}

/** Compiles in one process, which takes a third of the time of a process for each setting. */
async function compileTogether (home: string, settings: readonly Setting[], project: string): Promise<string[]> {
  const commandLines = settings.map(({ folder, flags }) => {
    return [...FLAGS, ...flags, ...FILES.map((file) => join(folder, file))]
  })
  const args = [join(project, 'compile.cjs'), home, JSON.stringify(commandLines)]
  return JSON.parse(await run(process.execPath, args, project)) as string[]
}

/** TypeScript 7 is a program without the API of its predecessors, and takes a second. */
async function compileEach (home: string, settings: readonly Setting[], project: string): Promise<string[]> {
  const errors: string[] = []
  for (const { folder, flags } of settings) {
    const args = [join(home, 'bin/tsc'), ...FLAGS, ...flags, ...FILES]
    const compiled = run(process.execPath, args, join(project, folder))
    errors.push(await compiled.then(() => '', (error: unknown) => String(error)))
  }
  return errors
}

/** TypeScript 6 warns about `node10`, and TypeScript 7 does not have it. */
function flagsFor (version: string, flags: readonly string[]): readonly string[] | undefined {
  if (!flags.includes('node10')) return flags
  if (version === '7.0') return undefined
  return version === '6.0' ? [...flags, '--ignoreDeprecations', '6.0'] : flags
}

async function makeApp (folder: string, type: 'module' | 'commonjs'): Promise<void> {
  await mkdir(folder)
  await cp(join(root, 'types/consumers/everywhere'), folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type }))
}
