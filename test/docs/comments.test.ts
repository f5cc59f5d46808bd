// Editors show the comments of the public types, so the comments of options and functions have a fixed form.
import t from 'tap'
import { membersOf, readExports, readOptionTypes } from '../support/option-types.js'
import type { Comment } from '../support/option-types.js'
import { readPage } from './pages.js'

/** A comment, with the name that messages show. */
interface Named extends Comment {
  readonly name: string
}

const LINK = /^`(docs\/[a-z-]+\.md)(?:#([\w-]+))?`$/
/** The units of numbers: times, sizes, shares, counts and HTTP codes. */
const UNIT = /milliseconds|bytes|from 0 to 1\b|number of|port|status code/

const types = await readOptionTypes()
const options = [...types].flatMap(([type, options]) =>
  options.map((option) => ({ ...option, name: `${type}.${option.name}` })))
const ENTRIES = ['index.ts', 'checks/index.ts', 'metrics/index.ts', 'spring-boot-admin/index.ts']
const exported = (await Promise.all(ENTRIES.map(readExports))).flat()
const methods = (await membersOf('management.ts', 'Management')).map((method) =>
  ({ ...method, name: `${method.name}()` }))
const functions: readonly Named[] = [...methods, ...exported.filter(({ isFunction }) => isFunction)]
const all: readonly Named[] = [...options, ...methods, ...exported]

await t.test('the tests know the options, the methods and the exports of the package', (t) => {
  t.ok(types.size >= 18, 'types of options')
  t.ok(options.length >= 80, 'options')
  t.ok(functions.length >= 23, 'functions')
  t.ok(exported.length >= 65, 'exports')
  t.end()
})

await t.test('the comment of every public option, method and export is one sentence', (t) => {
  t.same(all.filter(({ text }) => !/^[A-Z`][^]*\.$/.test(text) || /[a-z`)]\. [A-Z]/.test(text)).map(nameOf), [])
  t.end()
})

await t.test('the comment of every optional option has one default', (t) => {
  t.same(options.filter(({ isOptional, tags }) => isOptional !== (tags.get('default')?.length === 1)).map(nameOf), [])
  t.end()
})

await t.test('the comment of every option that is a number has a unit', (t) => {
  const numbers = options.filter(({ type }) => /\bnumber\b/.test(type))
  t.ok(numbers.length >= 20)
  t.same(numbers.filter(({ text }) => !UNIT.test(text)).map(nameOf), [])
  t.end()
})

await t.test('the comment of every option and every function has an example', (t) => {
  t.same([...options, ...functions].filter(({ tags }) => !tags.has('example')).map(nameOf), [])
  t.end()
})

await t.test('the comment of every public option, method and export leads to a page of the documentation', (t) => {
  t.same(all.filter((comment) => linksIn(comment).length !== 1).map(nameOf), [])
  t.end()
})

await t.test('every link in a comment leads to a heading', async (t) => {
  const broken: string[] = []
  for (const link of new Set(all.flatMap(linksIn))) {
    const [, path = '', anchor] = LINK.exec(link) ?? []
    if (anchor !== undefined && !(await headingsOf(path)).includes(anchor)) broken.push(link)
  }
  t.same(broken, [])
})

function nameOf ({ name }: Named): string {
  return name
}

function linksIn ({ tags }: Comment): readonly string[] {
  return (tags.get('see') ?? []).filter((link) => LINK.test(link))
}

async function headingsOf (path: string): Promise<readonly string[]> {
  const { text } = await readPage(path)
  const prose = text.replace(/^```[^]*?^```$/gm, '')
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-'))
}
