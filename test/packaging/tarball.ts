import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { homedir } from 'node:os'
import { join, posix } from 'node:path'
import { publint } from 'publint'
import type { Test } from 'tap'
import ts from 'typescript'
import { packageName, readJson, root } from '../support/packaging/project.js'
import type { Pack } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

const ENTRIES = ['dist/index', 'dist/checks/index']
const COMMAND = 'dist/probe/management-probe.js'

/** Tests the content of the tarball in the folder that npm installed it in. */
export async function testTarball (t: Test, { tarball, files }: Pack, project: string): Promise<void> {
  const home = join(project, 'node_modules', packageName)
  const texts = new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(join(home, file), 'utf8')] as const))
  )

  await t.test('has the code and the declarations that its entries need, and what there is to read', (t) => {
    const declarations = reachableFrom(ENTRIES.map((entry) => `${entry}.d.ts`), texts)
    const code = reachableFrom([...ENTRIES.map((entry) => `${entry}.js`), COMMAND], texts)
    t.same(files, ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...code, ...declarations].sort())
    t.end()
  })

  await t.test('imports nothing but Node, its dependencies and its peer', async (t) => {
    const { dependencies, peerDependencies } = await readJson(join(home, 'package.json'))
    const allowed = Object.keys({ ...dependencies as object, ...peerDependencies as object })
    const code = files.filter((file) => file.endsWith('.js')).map((file) => texts.get(file) ?? '')
    const foreign = code.flatMap(importsOf).filter((name) => !isBuiltin(name) && !name.startsWith('.'))
    t.same([...new Set(foreign)].sort(), allowed.sort(), 'the code imports each dependency')
    for (const text of code) {
      t.notMatch(text, /from\s*['"]fastify['"]/, 'and loads Fastify only for a server of its own')
    }
    for (const [file, text] of texts) {
      if (!file.endsWith('.d.ts')) continue
      const foreign = importsOf(text).filter(
        (name) => !name.startsWith('.') && !isBuiltin(name) && !allowed.includes(name)
      )
      t.same(foreign, [], `${file} refers to nothing that is not installed`)
      t.notMatch(text, /typebox/i, `${file} does not mention what is bundled`)
    }
  })

  await t.test('has a command that can be run, and that loads nothing but Node', async (t) => {
    const { bin } = await readJson(join(home, 'package.json'))
    t.same(bin, { 'management-probe': COMMAND })
    t.match(texts.get(COMMAND), /^#!\/usr\/bin\/env node\n\n\/\/ .+\nimport /)
    t.match(await run('tar', ['-tvzf', tarball, `package/${COMMAND}`], project), /^-rwxr-xr-x /)
    const loaded = reachableFrom([COMMAND], texts).flatMap((file) => importsOf(texts.get(file) ?? ''))
    t.same(loaded.filter((name) => !isBuiltin(name) && !name.startsWith('.')), [])
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

  await t.test('carries the license of what is bundled', (t) => {
    t.match(texts.get('dist/index.js'), /Contains parts of TypeBox[^]+MIT License/)
    t.end()
  })

  await t.test('satisfies publint', async (t) => {
    const { messages } = await publint({ pkgDir: home, pack: false, strict: true })
    t.same(messages, [])
  })

  await t.test('satisfies Are the types wrong', async (t) => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
    await t.resolves(run(process.execPath, [attw, tarball, '--profile', 'esm-only'], project))
  })
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
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
    ? node.arguments[0]
    : undefined
}

/** Follows relative imports. A declaration file imports `x.js` and means `x.d.ts`. */
function reachableFrom (entries: readonly string[], texts: ReadonlyMap<string, string>): readonly string[] {
  const reached = new Set(entries)
  for (const file of reached) {
    const relative = importsOf(texts.get(file) ?? '').filter((name) => name.startsWith('.'))
    for (const name of relative) {
      reached.add(posix.join(posix.dirname(file), file.endsWith('.d.ts') ? name.replace(/\.js$/, '.d.ts') : name))
    }
  }
  return [...reached]
}
