import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The comment of a declaration. */
export interface Comment {
  /** The comment without its tags, in one line. */
  readonly text: string
  /** The contents of each tag, for example of `@default`. */
  readonly tags: ReadonlyMap<string, readonly string[]>
}

/** One option of a public type, as its declaration describes it. */
export interface DeclaredOption extends Comment {
  readonly name: string
  readonly isOptional: boolean
  /** Without `undefined`. */
  readonly type: string
}

/** A function, a class or a type that an entry exports. */
export interface DeclaredExport extends Comment {
  readonly name: string
  readonly isFunction: boolean
}

/** The exported types that contain options. */
const OPTION_TYPES = /Options?$|^Endpoints$/
const ENTRIES = ['index.ts', 'checks/index.ts', 'spring-boot-admin/index.ts']

/** Returns the options of each public type of options. Types without named options, such as unions, are left out. */
export async function readOptionTypes (): Promise<ReadonlyMap<string, readonly DeclaredOption[]>> {
  const types = new Map<string, readonly DeclaredOption[]>()
  for (const entry of ENTRIES) {
    const { source } = await parse(urlOf(entry))
    for (const { name, path } of exportsOf(source).filter(({ name }) => OPTION_TYPES.test(name))) {
      const options = await optionsOf(fileAt(path, urlOf(entry)), name)
      if (options.length > 0) types.set(name, options)
    }
  }
  return types
}

/** Returns the members of an interface in `lib/`, with the members of the interfaces that it extends. */
export async function membersOf (file: string, name: string): Promise<readonly DeclaredOption[]> {
  return await optionsOf(urlOf(file), name)
}

/** Returns all types and values that an entry exports. */
export async function readExports (entry: string): Promise<readonly DeclaredExport[]> {
  const own = await parse(urlOf(entry))
  const exported = exportsOf(own.source).filter(({ path }) => path !== '')
  const others = await Promise.all(exported.map(async ({ name, path }) =>
    await declaredAt(fileAt(path, own.url), name)))
  return [...others.flat(), ...own.source.statements.filter(isExported).flatMap((node) =>
    namesIn(node).map((name) => exportOf(node, name)))]
}

/** Follows exports to the file of the declaration. */
async function declaredAt (url: URL, name: string): Promise<readonly DeclaredExport[]> {
  const { source } = await parse(url)
  const next = exportsOf(source).find((other) => other.name === name && other.path !== '')
  if (next !== undefined) return await declaredAt(fileAt(next.path, url), name)
  return source.statements.filter((node) => namesIn(node).includes(name)).map((node) => exportOf(node, name))
}

function exportOf (node: ts.Statement, name: string): DeclaredExport {
  return { name, isFunction: ts.isFunctionDeclaration(node), ...commentOf(node) }
}

/** The source of an imported module. */
function fileAt (path: string, from: URL): URL {
  return new URL(path.replace(/\.js$/, '.ts'), from)
}

function isExported (node: ts.Node): boolean {
  return ts.canHaveModifiers(node) &&
    ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
}

function namesIn (node: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText())
  const isNamed = ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  return isNamed && node.name !== undefined ? [node.name.text] : []
}

/** Many types are in the same file. */
const parsed = new Map<string, ts.SourceFile>()

interface Module {
  readonly source: ts.SourceFile
  readonly url: URL
}

interface Export {
  readonly name: string
  readonly path: string
}

function urlOf (file: string): URL {
  return new URL(`../../lib/${file}`, import.meta.url)
}

async function parse (url: URL): Promise<Module> {
  const source = parsed.get(url.href) ??
    ts.createSourceFile(fileURLToPath(url), await readFile(url, 'utf8'), ts.ScriptTarget.ESNext, true)
  parsed.set(url.href, source)
  return { source, url }
}

function exportsOf (source: ts.SourceFile): readonly Export[] {
  return source.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) return []
    if (!ts.isNamedExports(statement.exportClause)) return []
    const path = statement.moduleSpecifier === undefined ? '' : textOf(statement.moduleSpecifier)
    return statement.exportClause.elements.map(({ name }) => ({ name: name.text, path }))
  })
}

async function optionsOf (url: URL, name: string): Promise<readonly DeclaredOption[]> {
  const { source } = await parse(url)
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name) {
      const inherited = (statement.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText()))
      const others = await Promise.all(inherited.map(async (parent) => await inheritedFrom({ source, url }, parent)))
      return [...statement.members.flatMap(optionOf), ...others.flat()]
    }
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === name) return literalOptions(statement.type)
  }
  return []
}

/** A parent that is no plain name, for example `Readonly<…>`, has no comments. */
async function inheritedFrom ({ source, url }: Module, parent: string): Promise<readonly DeclaredOption[]> {
  const name = parent.replace(/<.*/, '')
  for (const statement of source.statements.filter(ts.isImportDeclaration)) {
    const bindings = statement.importClause?.namedBindings
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue
    if (!bindings.elements.some((element) => element.name.text === name)) continue
    return await optionsOf(fileAt(textOf(statement.moduleSpecifier), url), name)
  }
  return await optionsOf(url, name)
}

/** The options of an object type, also inside of a union, an intersection or parentheses. */
function literalOptions (type: ts.TypeNode): readonly DeclaredOption[] {
  if (ts.isTypeLiteralNode(type)) return type.members.flatMap(optionOf)
  if (ts.isParenthesizedTypeNode(type)) return literalOptions(type.type)
  return ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type) ? type.types.flatMap(literalOptions) : []
}

function optionOf (member: ts.TypeElement): readonly DeclaredOption[] {
  if (!ts.isPropertySignature(member) && !ts.isMethodSignature(member)) return []
  return [{
    name: member.name.getText(),
    isOptional: member.questionToken !== undefined,
    type: (member.type?.getText() ?? '').replace(/ \| undefined$/, ''),
    ...commentOf(member)
  }]
}

function commentOf (node: ts.Node): Comment {
  const tags = new Map<string, string[]>()
  for (const tag of ts.getJSDocTags(node)) {
    const content = tag.getText().replace(/^@\w+\s*/, '').replace(/\n\s*\* ?/g, '\n').trim()
    tags.set(tag.tagName.text, [...tags.get(tag.tagName.text) ?? [], content])
  }
  const comment = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)
  return { text: (ts.getTextOfJSDocComment(comment?.comment) ?? '').replace(/\s+/g, ' ').trim(), tags }
}

function textOf (node: ts.Node): string {
  return ts.isStringLiteral(node) ? node.text : ''
}
