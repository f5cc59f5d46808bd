import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import ts from 'typescript'
import { DEFAULT_POLICY } from '../../lib/health/check/options.js'

/** A field of an options type, with its documentation. */
interface Field {
  readonly name: string
  readonly isOptional: boolean
  readonly type: string
  readonly comment: string
  readonly default: string | undefined
}

/** Interfaces that users do not see: the results of validation, and a row of a table. */
const INTERNAL = /Settings$|Policy$|Row$/

const FILES = ['types', 'dependency-options', 'listen-option', 'shutdown-option']
const fields = await Promise.all(FILES.map(async (file) => await readFields(`options/${file}.ts`)))
const types = fields.flat()
const checkOptions = await readFields('health/check/options.ts')

await t.test('each optional field of the options has a @default', (t) => {
  t.ok(types.length > 25)
  const optional = [...types, ...checkOptions].filter(({ isOptional }) => isOptional)
  t.same(optional.filter((field) => field.default === undefined).map(({ name }) => name), [])
  t.end()
})

await t.test('each numeric field of the options has a unit', (t) => {
  const numbers = [...types, ...checkOptions].filter(({ type }) => type.startsWith('number'))
  t.ok(numbers.length > 5)
  t.same(numbers.filter(({ comment }) => !/milliseconds|number of|port/.test(comment)).map(({ name }) => name), [])
  t.end()
})

await t.test('the @default of each check option is the default in the table', (t) => {
  const documented = checkOptions.map((field) => [field.name, Number(field.default?.replace('_', ''))])
  const defaults = Object.entries(DEFAULT_POLICY).map(([name, value]) => [name, Number(value)])
  t.same(documented, defaults)
  t.end()
})

async function readFields (path: string): Promise<readonly Field[]> {
  const url = new URL(`../../lib/${path}`, import.meta.url)
  const source = await readFile(url, 'utf8')
  const fields: Field[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) && INTERNAL.test(node.name.text)) return
    if (ts.isPropertySignature(node)) fields.push(fieldOf(node))
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(fileURLToPath(url), source, ts.ScriptTarget.ESNext, true))
  return fields
}

function fieldOf (node: ts.PropertySignature): Field {
  const [doc] = ts.getJSDocCommentsAndTags(node)
  const tag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === 'default')
  return {
    name: node.name.getText(),
    isOptional: node.questionToken !== undefined,
    type: node.type?.getText() ?? '',
    comment: ts.getTextOfJSDocComment(doc?.comment) ?? '',
    default: ts.getTextOfJSDocComment(tag?.comment)
  }
}
