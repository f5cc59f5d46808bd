import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { placeOf, ROOT } from './pages.js'
import type { Block } from './pages.js'

/** Several blocks that form one file: a block with the note `continues` follows the block above it. */
interface Source {
  readonly path: string
  readonly blocks: readonly Block[]
}

const AMBIENT = join(ROOT, 'test/docs/ambient')
/** A first line such as `// plugins/db.ts` names the file, so that other blocks of the page can import it. */
const FILE_NAME = /^\/\/ (\S+\.[cm]?[jt]sx?)\n/
const AUGMENTS = /^declare module /m
const TARGET = { languageVersion: ts.ScriptTarget.ESNext }

/** Parsing takes most of the time, so all programs share the parsed files of the disk. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/** Returns the type errors of all blocks, each with its place. */
export function typeErrorsOf (blocks: readonly Block[]): readonly string[] {
  const sources = sourcesOf(blocks)
  // An augmentation would hold for all pages.
  const alone = sources.filter((source) => AUGMENTS.test(textOf(source)))
  const together = sources.filter((source) => !alone.includes(source))
  return [together, ...alone.map((source) => [source])].flatMap((group) => errorsOf(group))
}

/** Returns the errors of all blocks in JavaScript, each with its place. A block with `require()` is CommonJS. */
export function scriptErrorsOf (blocks: readonly Block[]): readonly string[] {
  return errorsOf(sourcesOf(blocks), {
    allowJs: true,
    checkJs: true,
    noImplicitAny: false,
    strictNullChecks: false,
    exactOptionalPropertyTypes: false,
    paths: {
      'fastify-management-endpoints': ['./test/docs/ambient/commonjs.d.cts'],
      'fastify-management-endpoints/checks': ['./lib/checks/index.ts']
    }
  })
}

function sourcesOf (blocks: readonly Block[]): readonly Source[] {
  const sources: Source[] = []
  for (const block of blocks) {
    const last = sources.at(-1)
    if (block.note === 'continues' && last?.blocks[0]?.page === block.page) {
      sources.splice(-1, 1, { ...last, blocks: [...last.blocks, block] })
    } else {
      sources.push({ path: pathOf(block), blocks: [block] })
    }
  }
  return sources
}

function pathOf ({ page, line, language, text }: Block): string {
  const extension = language === 'ts' ? 'ts' : /\brequire\(/.test(text) ? 'cjs' : 'js'
  const [, name = `line-${line}.${extension}`] = FILE_NAME.exec(text) ?? []
  return join(ROOT, 'test/docs/blocks', page.replace(/\.md$/, ''), name)
}

function textOf ({ blocks }: Source): string {
  return blocks.map(({ text }) => text).join('')
}

function errorsOf (sources: readonly Source[], changes: ts.CompilerOptions = {}): readonly string[] {
  if (sources.length === 0) return []
  const options = { ...optionsOf(join(ROOT, 'tsconfig.json')), ...changes }
  const ambient = readdirSync(AMBIENT).filter((name) => name.endsWith('.d.ts')).map((name) => join(AMBIENT, name))
  const program = ts.createProgram([...sources.map(({ path }) => path), ...ambient], options, hostOf(sources, options))
  return [
    ...ambient.flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map(messageOf)),
    ...sources.flatMap((source) =>
      ts.getPreEmitDiagnostics(program, program.getSourceFile(source.path)).map((error) =>
        `${errorPlaceOf(source, error.start ?? 0)}: ${messageOf(error)}`))
  ]
}

/** A compiler host in which the blocks are files. */
function hostOf (sources: readonly Source[], options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  const disk = { ...host }
  // Every block is a module, so that it can await and has its own variables.
  const texts = new Map(sources.map((source) => [source.path, `${textOf(source)}${moduleEndOf(source)}`]))
  host.fileExists = (path) => texts.has(path) || disk.fileExists(path)
  host.readFile = (path) => texts.get(path) ?? disk.readFile(path)
  host.directoryExists = (path) =>
    [...texts.keys()].some((file) => file.startsWith(`${path}/`)) || ts.sys.directoryExists(path)
  host.getSourceFile = (path, target, ...rest) => {
    const text = texts.get(path)
    if (text !== undefined) return disk.getSourceFile.call(host, path, target, ...rest)
    const key = `${path} ${String(typeof target === 'object' ? target.impliedNodeFormat : TARGET.languageVersion)}`
    if (!parsed.has(key)) parsed.set(key, disk.getSourceFile(path, target, ...rest))
    return parsed.get(key)
  }
  return host
}

function moduleEndOf ({ path }: Source): string {
  return path.endsWith('.cjs') ? '' : '\nexport {}\n'
}

function optionsOf (path: string): ts.CompilerOptions {
  const config: unknown = ts.readConfigFile(path, (file) => ts.sys.readFile(file)).config
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  // Examples read `process.env.PORT`, and show a part of a program.
  const relaxed = { noPropertyAccessFromIndexSignature: false, noUnusedLocals: false, noUnusedParameters: false }
  return { ...options, ...relaxed, noEmit: true }
}

function errorPlaceOf ({ blocks }: Source, position: number): string {
  let rest = position
  for (const block of blocks) {
    if (rest < block.text.length || block === blocks.at(-1)) {
      return placeOf({ ...block, line: block.line + block.text.slice(0, rest).split('\n').length - 1 })
    }
    rest -= block.text.length
  }
  return ''
}

function messageOf ({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, '\n')
}
