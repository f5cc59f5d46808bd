import { readFile, stat } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { homedir } from 'node:os'
import { join, posix } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { publint } from 'publint'
import type { Test } from 'tap'
import ts from 'typescript'
import { packageName, readJson, root } from '../support/packaging/project.js'
import type { Pack } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

const ENTRIES = ['dist/index', 'dist/checks/index', 'dist/metrics/index', 'dist/spring-boot-admin/index']
const LICENSES = 'dist/THIRD-PARTY-LICENSES.txt'
const COMMAND = 'dist/probe/management-probe.js'

/** Tests the content of the tarball in the folder that npm installed it in. */
export async function testTarball (t: Test, { tarball, files }: Pack, project: string): Promise<void> {
  const home = join(project, 'node_modules', packageName)
  const texts = new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(join(home, file), 'utf8')] as const))
  )

  await t.test('has the code and the declarations that its entries need, and what there is to read', (t) => {
    const entries = (extensions: readonly string[]): readonly string[] =>
      ENTRIES.flatMap((entry) => extensions.map((extension) => `${entry}.${extension}`))
    const declarations = reachableFrom(entries(['d.ts', 'd.cts']), texts)
    const code = reachableFrom([...entries(['js', 'cjs']), COMMAND], texts)
    const pages = files.filter((file) => /^(docs\/.*|[^/]*)\.md$/.test(file))
    const documents = ['LICENSE', 'package.json', LICENSES, ...pages]
    t.same(files, [...documents, ...code, ...declarations].sort())
    t.end()
  })

  await t.test('has no dependencies, and loads Fastify only for a server of its own', async (t) => {
    t.equal((await readJson(join(home, 'package.json')))['dependencies'], undefined)
    const code = files.filter((file) => /\.c?js$/.test(file)).map((file) => texts.get(file) ?? '')
    const foreign = code.flatMap(importsOf).filter((name) => !isBuiltin(name) && !name.startsWith('.'))
    t.same(foreign, ['fastify'])
    const entries = ['', '/checks', '/metrics', '/spring-boot-admin']
    const load = entries.map((entry) => `require('${packageName}${entry}')`).join('; ')
    const program = `${load}; console.log(Object.keys(require.cache))`
    t.notMatch(await run(process.execPath, ['--eval', program], project), /node_modules.fastify[\\/]/, 'at its first use')
  })

  await t.test('has declarations that refer to Node and Fastify alone', (t) => {
    for (const [file, text] of texts) {
      if (!/\.d\.c?ts$/.test(file)) continue
      const foreign = importsOf(text).filter((name) => !name.startsWith('.') && !isBuiltin(name) && name !== 'fastify')
      t.same(foreign, [], file)
      t.notMatch(text, /typebox/i, `${file} does not mention what is bundled`)
    }
    t.end()
  })

  await t.test('augments Fastify in one file', (t) => {
    const augmenting = files.filter((file) => texts.get(file)?.includes("declare module 'fastify'"))
    t.same(augmenting, ['dist/shared/core.d.cts'])
    t.end()
  })

  await t.test('has no export whose name is a string, which old import hooks cannot load', (t) => {
    for (const file of files.filter((file) => file.endsWith('.js'))) {
      t.notMatch(texts.get(file), /\bas\s*['"]/, file)
    }
    t.end()
  })

  await t.test('keeps the scan for CommonJS exports away from the bulk of the code', (t) => {
    for (const entry of ENTRIES) {
      const facade = texts.get(`${entry}.cjs`) ?? ''
      t.ok(facade.length < 1_000, 'the scanned file is small')
      t.notMatch(facade, /(exports\s*=\s*require|__exportStar|\.\.\.require)/, 'the scan does not follow it')
    }
    t.end()
  })

  await t.test('has a command that can be run, and that loads nothing but Node', async (t) => {
    const { bin } = await readJson(join(home, 'package.json'))
    t.same(bin, { 'management-probe': COMMAND })
    t.match(texts.get(COMMAND), /^#!\/usr\/bin\/env node\nimport/)
    t.match(await run('tar', ['-tvzf', tarball, `package/${COMMAND}`], project), /^-rwxr-xr-x /)
    t.notOk(reachableFrom([COMMAND], texts).includes('dist/shared/core.cjs'), 'it does not load the plugin')
    const loaded = reachableFrom([COMMAND], texts).flatMap((file) => importsOf(texts.get(file) ?? ''))
    t.same(loaded.filter((name) => !isBuiltin(name) && !name.startsWith('.')), [])
  })

  await t.test('has documents whose links, except pictures, are absolute or lead to a file of the package', (t) => {
    for (const [file, text] of texts) {
      if (!file.endsWith('.md')) continue
      const links = [...text.matchAll(/(?<!!)\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, link = '']) => link.replace(/#.*$/, ''))
      const relative = links.filter((link) => link !== '' && !/^(https?|mailto):/.test(link))
      t.same(relative.filter((link) => !texts.has(posix.join(posix.dirname(file), link))), [], file)
    }
    t.end()
  })

  await t.test('names only documents that exist, and no repository or page that does not', async (t) => {
    const manifest = await readJson(join(home, 'package.json'))
    const names = ['author', 'bugs', 'funding', 'homepage', 'repository'].filter((name) => name in manifest)
    t.same(names, [], 'set them as soon as they are true')
  })

  // In kB, installed: 300 for endpoints and checks, about 60 to observe the app (history, page, metrics, formats, the
  // terminal and Spring Boot Admin), about 30 for the thread, 17 to recognize clients for autoChecks, 12 for Kafka, and
  // the rest for more clients, paths and ports. Files that are loaded late cost 2 of them.
  await t.test('is small: without documents, at most 140 kB packed and 477 kB installed', async (t) => {
    const { size } = await stat(tarball)
    const isDocument = (file: string): boolean => file.endsWith('.md')
    const documents = files.filter(isDocument).map((file) => deflateRawSync(texts.get(file) ?? '').length)
    const packed = size - sumOf(documents)
    t.ok(packed <= 140_000, `${packed} bytes packed`)
    const rest = files.filter((file) => !isDocument(file))
    const installed = sumOf(rest.map((file) => Buffer.byteLength(texts.get(file) ?? '')))
    t.ok(installed <= 477_000, `${installed} bytes installed`)
  })

  await t.test('has no source map', (t) => {
    for (const [file, text] of texts) t.notMatch(text, /sourceMappingURL/, file)
    t.end()
  })

  await t.test('has no path of the machine it was built on', (t) => {
    const paths = [root, project, `${homedir()}/`, 'file:///']
    for (const [file, text] of texts) t.same(paths.filter((path) => text.includes(path)), [], file)
    t.end()
  })

  await t.test('carries the licenses of the packages that it contains parts of', (t) => {
    const text = texts.get(LICENSES) ?? ''
    for (const name of ['@fastify/error', 'fastify-plugin', '@fastify/sensible', 'typebox']) t.match(text, name)
    t.equal(text.match(/^Copyright /gm)?.length, 4)
    t.equal(text.match(/Permission is hereby granted/g)?.length, 1)
    t.end()
  })

  await t.test('has a line for each function and class, and the names of classes, public methods and exports', (t) => {
    const code = files.filter((file) => /^dist.*\.c?js$/.test(file)).map((file) => texts.get(file) ?? '').join('\n')
    t.match(code, /\nclass HealthEngine\{/)
    t.match(code, /\bassertKnown\(/)
    t.match(code, /\n(?:exports\.postgres=)?function postgres\((?!\.\.\.)/)
    const longest = Math.max(...code.split('\n').map(({ length }) => length))
    t.ok(longest < 4_000, `an uncaught error prints its line, and the longest has ${longest} characters`)
    t.notMatch(code, /\\\n/, 'no string continues on the next line, which a bundler may indent')
    t.end()
  })

  await t.test('loads none of the modules of Node that take long to load', async (t) => {
    const slow = ['http', 'https', 'http2', 'net', 'tls', 'dns', 'zlib', 'crypto', 'stream', 'fs/promises', 'os', 'v8']
    const program = `const before = [...process.moduleLoadList]
      require('${packageName}')
      const loaded = process.moduleLoadList.filter((name) => !before.includes(name))
      console.log(JSON.stringify(loaded.map((name) => name.replace('NativeModule ', ''))))`
    const loaded = JSON.parse(await run(process.execPath, ['--eval', program], project)) as string[]
    t.same(loaded.filter((name) => slow.includes(name)), [])
  })

  await t.test('loads the check of a client at its first use', async (t) => {
    const program = `const loaded = () => Object.keys(require.cache).map((path) => path.split(/[\\\\/]/).at(-1))
      const { nats } = require('${packageName}/checks')
      const before = loaded()
      try { nats() } catch {}
      console.log(JSON.stringify([before, loaded().filter((file) => !before.includes(file))]))`
    const loaded = JSON.parse(await run(process.execPath, ['--eval', program], project)) as unknown
    t.same(loaded, [['index.cjs', 'checks.cjs', 'base.cjs', 'core.cjs'], ['nats.cjs', 'clients.cjs']])
  })

  await t.test('loads no code for metrics, ready-made checks and clients without their options', async (t) => {
    const program = `const app = require('fastify')()
      const load = async () => {
        await app.register(require('${packageName}'), { checks: { readiness: { db: () => true } } })
        for (const path of ['/z/health', '/z/history']) await app.inject(path)
        const files = () => Object.keys(require.cache).filter((file) => file.includes('${packageName}/dist'))
          .map((file) => file.split('${packageName}/').at(-1)).sort()
        const before = files()
        await app.inject('/z/ui')
        await app.close()
        console.log(JSON.stringify([before, files()]))
      }
      load()`
    const loaded = JSON.parse(await run(process.execPath, ['--eval', program], project)) as unknown
    const always = ['dist/index.cjs', 'dist/shared/base.cjs', 'dist/shared/core.cjs']
    t.same(loaded, [always, [...always, 'dist/shared/ui.cjs']], 'the page is loaded on request')
  })

  await t.test('satisfies publint', async (t) => {
    const { messages } = await publint({ pkgDir: home, pack: false, strict: true })
    t.same(messages, [])
  })

  await t.test('satisfies Are the types wrong', async (t) => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
    await t.resolves(run(process.execPath, [attw, tarball], project))
  })
}

function sumOf (lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length, 0)
}

/**
 * The imports of a file, in statements and in types. A quote in a regular expression would mislead a simple scanner.
 */
function importsOf (text: string): readonly string[] {
  const names: string[] = []
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node)
    if (specifier !== undefined && ts.isStringLiteral(specifier)) names.push(specifier.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('imports.ts', text, ts.ScriptTarget.Latest))
  return names
}

function specifierOf (node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined
  return ts.isCallExpression(node) && isImportOrRequire(node.expression) ? node.arguments[0] : undefined
}

function isImportOrRequire (node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node) && node.text === 'require')
}

/** Follows relative imports. A declaration file imports `x.cjs` and means `x.d.cts`. */
function reachableFrom (entries: readonly string[], texts: ReadonlyMap<string, string>): readonly string[] {
  const reached = new Set(entries)
  for (const file of reached) {
    const relative = importsOf(texts.get(file) ?? '').filter((name) => name.startsWith('.'))
    for (const name of relative) {
      reached.add(posix.join(posix.dirname(file), /\.d\.c?ts$/.test(file) ? name.replace(/\.(c?)js$/, '.d.$1ts') : name))
    }
  }
  return [...reached]
}
