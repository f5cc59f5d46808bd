import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import commonjsModule from '@rollup/plugin-commonjs'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import type { Plugin } from 'rollup'
import type { Test } from 'tap'
import { isLong } from '../support/long.js'
import { addTo, copyInto, makeProject, temporaryFolder } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

/** The declarations of this plugin describe a CommonJS module, but Node loads its ES module. */
const commonjs = commonjsModule as unknown as () => Plugin

/** A folder with the app and its packages, and an empty folder for the bundle. */
interface Place {
  readonly project: string
  readonly out: string
}

/** Puts the app into one file, and returns the command that starts it. */
type Bundler = (place: Place) => Promise<readonly [string, ...string[]]>

/** `require` for the CommonJS packages in an ES module, as esbuild's documentation proposes it. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);"

/** These bundlers are development dependencies of this package. */
const OWN: Readonly<Record<string, Bundler>> = {
  async 'rollup, as an ES module' ({ project, out }) {
    const bundle = await rollup({
      input: join(project, 'app.mjs'),
      external: /^node:/,
      plugins: [nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs(), json()],
      onwarn: () => undefined
    })
    await bundle.write({ file: join(out, 'app.mjs'), format: 'es', inlineDynamicImports: true })
    return [process.execPath, 'app.mjs']
  },
  async 'esbuild, as an ES module' ({ project, out }) {
    await build({
      entryPoints: [join(project, 'app.mjs')],
      outfile: join(out, 'app.mjs'),
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      banner: { js: REQUIRE }
    })
    return [process.execPath, 'app.mjs']
  },
  async 'esbuild, as CommonJS' (place) {
    await bundleCommonJs(place)
    return [process.execPath, 'app.cjs']
  }
}

/** These bundlers are installed for the test. */
const OTHERS: Readonly<Record<string, { readonly packages: readonly string[], readonly bundle: Bundler }>> = {
  'Vite, as an ES module': {
    packages: ['vite@8'],
    async bundle ({ project, out }) {
      await writeFile(join(project, 'vite.config.mjs'), `export default {
        build: { ssr: 'app.mjs', minify: true, rollupOptions: { output: { entryFileNames: 'app.mjs' } } },
        ssr: { noExternal: true }
      }`)
      await run(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--outDir', out, '--emptyOutDir'], project)
      return [process.execPath, 'app.mjs']
    }
  },
  webpack: {
    packages: ['webpack@5', 'webpack-cli@6'],
    async bundle ({ project, out }) {
      const args = ['--entry', './app.cjs', '--target', 'node', '--mode', 'production', '--output-path', out]
      await run(process.execPath, ['node_modules/webpack-cli/bin/cli.js', ...args], project)
      return [process.execPath, 'main.js']
    }
  },
  'webpack, as an ES module': {
    packages: ['webpack@5', 'webpack-cli@6'],
    async bundle ({ project, out }) {
      await writeFile(join(project, 'webpack.config.mjs'), `export default {
        entry: './app.mjs', target: 'node', mode: 'production', experiments: { outputModule: true },
        output: { path: ${JSON.stringify(out)}, filename: 'app.mjs', module: true }
      }`)
      await run(process.execPath, ['node_modules/webpack-cli/bin/cli.js'], project)
      return [process.execPath, 'app.mjs']
    }
  },
  ncc: {
    packages: ['@vercel/ncc'],
    async bundle ({ project, out }) {
      await run(process.execPath, ['node_modules/@vercel/ncc/dist/ncc/cli.js', 'build', 'app.cjs', '-o', out], project)
      return [process.execPath, 'index.cjs']
    }
  },
  'bun build --compile': {
    packages: [`@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}@1`],
    async bundle ({ project, out }) {
      const [bun] = this.packages
      const binary = join(project, 'node_modules', String(bun?.slice(0, -2)), 'bin/bun')
      await run(binary, ['build', '--compile', 'app.mjs', '--outfile', join(out, 'app')], project)
      return [join(out, 'app')]
    }
  },
  "Node's single executable": {
    packages: ['postject'],
    async bundle (place) {
      const { project, out } = place
      await bundleCommonJs(place)
      const config = { main: 'app.cjs', output: 'blob', disableExperimentalSEAWarning: true }
      await writeFile(join(out, 'sea.json'), JSON.stringify(config))
      await run(process.execPath, ['--experimental-sea-config', 'sea.json'], out)
      await copyFile(process.execPath, join(out, 'app'))
      await chmod(join(out, 'app'), 0o755)
      const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2']
      const postject = join(project, 'node_modules/postject/dist/cli.js')
      await run(process.execPath, [postject, 'app', 'NODE_SEA_BLOB', 'blob', ...fuse], out)
      return [join(out, 'app')]
    }
  }
}

/** Bundles an app with the package, and runs the bundle where no packages are installed. */
export async function testBundlers (t: Test, tarball: string, project: string): Promise<void> {
  await copyInto(project, 'test', 'packaging', 'fixtures', 'apps')
  for (const [name, bundle] of Object.entries(OWN)) await testBundle(t, name, project, bundle)
  if (!isLong) return
  for (const [name, { packages }] of Object.entries(OTHERS)) {
    const { path, remove } = await temporaryFolder()
    t.teardown(remove)
    await makeProject(path, [tarball, 'fastify@5'])
    await addTo(path, packages)
    await copyInto(path, 'test', 'packaging', 'fixtures', 'apps')
    await testBundle(t, name, path, async (place) => await OTHERS[name]?.bundle(place) ?? [''])
  }
}

async function testBundle (t: Test, name: string, project: string, bundle: Bundler): Promise<void> {
  await t.test(`${name} answers probes on the app's port and on a separate port`, async (t) => {
    const { path, remove } = await temporaryFolder()
    t.teardown(remove)
    const out = join(path, 'out')
    await mkdir(out)
    const [program, ...args] = await bundle({ project, out })
    t.equal(await run(program, args, out), '200 {"status":"UP"}\n')
    t.equal(await run(program, [...args, '--separate'], out), '200 {"status":"UP"}\n')
  })
}

async function bundleCommonJs ({ project, out }: Place): Promise<void> {
  await build({
    entryPoints: [join(project, 'app.cjs')],
    outfile: join(out, 'app.cjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs'
  })
}

/** Fastify's packages require JSON files. */
function json (): Plugin {
  return {
    name: 'json',
    transform: (code, id) => id.endsWith('.json') ? `export default ${code}` : null
  }
}
