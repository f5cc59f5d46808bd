import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { addTo, root } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

/** Supported compilers, by the name under which a project installs them. */
const COMPILERS = { 'typescript-5.6': '5.6', 'typescript-5.9': '5.9', 'typescript-6.0': '6.0', 'typescript-7.0': '7.0' }

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
  '--pretty', 'false', '--noEmit', '--strict', '--skipLibCheck', 'false', '--esModuleInterop', '--target', 'es2022',
  '--types', 'node'
]

/** Compiles one app with every supported compiler in every setting, without `skipLibCheck`. */
export async function testCompilers (t: Test, project: string): Promise<void> {
  await addTo(project, Object.entries(COMPILERS).map(([name, version]) => `${name}@npm:typescript@${version}`))
  await makeApp(join(project, 'esm'), 'module')
  await makeApp(join(project, 'cjs'), 'commonjs')

  t.jobs = 2
  for (const [compiler, version] of Object.entries(COMPILERS)) {
    for (const [folder, ...flags] of SETTINGS) {
      const versionFlags = flagsFor(version, flags)
      if (versionFlags === undefined) continue
      void t.test(`compile ${folder} files with TypeScript ${version} and ${flags.join(' ')}`, async (t) => {
        const tsc = join(project, 'node_modules', compiler, 'bin/tsc')
        const args = [tsc, ...FLAGS, ...versionFlags, 'app.ts', 'kinds.ts']
        const compiled = run(process.execPath, args, join(project, folder))
        t.equal(await compiled.then(() => '', (error: unknown) => String(error)), '')
      })
    }
  }
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
