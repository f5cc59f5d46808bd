import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { CHECK_OPTIONS, DEFAULT_POLICY, REMOTE_POLICY } from '../../lib/health/check/options.js'
import { readAdminOptions } from '../../lib/observe/spring-boot-admin/options.js'
import { readOptions } from '../support/options.js'
import { readOptionTypes } from '../support/option-types.js'
import type { DeclaredOption } from '../support/option-types.js'
import { readPage, ROOT } from './pages.js'
import { codeIn, literalIn, sectionOf, tablesIn } from './sections.js'

const page = await readPage('docs/options.md')
const checksPage = await readPage('docs/ready-made-checks.md')
const adminPage = await readPage('docs/spring-boot-admin.md')
const types = await readOptionTypes()

/** The sections of options.md with a table of options, and the types that the tables list. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  autoChecks: ['AutoChecksOption'],
  endpoints: ['Endpoints'],
  listen: ['ListenOption'],
  checkDefaults: ['CheckOptions'],
  serviceDependencies: ['ServiceDependencyOption', 'TlsOptions'],
  shutdown: ['ShutdownOption']
}

/** The files with the rules of options that checks share. */
const SHARED_SOURCES: Readonly<Record<string, string>> = {
  SqlOptions: 'clients/sql/sql-options.ts',
  MongodbOptions: 'clients/mongodb/mongodb.ts',
  SqliteOptions: 'host/disk-space.ts'
}

/** A ready-made check with options. */
interface CheckWithOptions {
  readonly check: string
  /** The type of its options. */
  readonly type: string
  /** The file with their rules. */
  readonly source: string
}

const CHECKS = await readChecks()

/** Finds all exported functions with a parameter `options`. */
async function readChecks (): Promise<readonly CheckWithOptions[]> {
  const entry = await readFile(join(ROOT, 'lib/checks/index.ts'), 'utf8')
  const checks = [...entry.matchAll(/^export \{ (\w+) \} from '\.\/(.+)\.js'$/gm)]
  const found = await Promise.all(checks.map(async ([, check = '', path = '']) => {
    const text = await readFile(join(ROOT, `lib/checks/${path}.ts`), 'utf8')
    const signature = new RegExp(`^export function ${check} \\([^{]*?\\boptions\\??: (\\w+Options)`, 'm')
    const [, type] = signature.exec(text) ?? []
    return type === undefined ? [] : [{ check, type, source: SHARED_SOURCES[type] ?? `${path}.ts` }]
  }))
  return found.flat()
}

/** The options that several checks share, and the files of their rules. */
const SHARED = [{ file: 'renewal', option: 'renewAfter' }, { file: 'exhaustion', option: 'exhaustedFor' }] as const

await t.test('the table of all options lists every option of the plugin in order, and no other', (t) => {
  const listed = rowsOf(sectionOf(page, 'All options')).map(([option = '']) => codeIn(option))
  t.same(listed, namesOf('ManagementOptions'))
  t.end()
})

await t.test('every option of the plugin has a section', (t) => {
  for (const name of namesOf('ManagementOptions')) t.ok(sectionOf(page, name).length > 40, name)
  t.end()
})

await t.test('a value that equals the documented default of an option changes nothing', (t) => {
  const rows = rowsOf(sectionOf(page, 'All options'))
  const literals = rows.flatMap(([option = '', , value = '']) => {
    const literal = literalIn(value)
    return literal === undefined ? [] : [{ name: codeIn(option), literal: literal.value }]
  })
  t.equal(literals.length, 9)
  for (const { name, literal } of literals) t.same(settingsOf({ [name]: literal }), settingsOf({}), name)
  t.end()
})

await t.test('every table of nested options lists every option, and no other', (t) => {
  for (const [heading, typeNames] of Object.entries(TABLES)) {
    const tables = tablesIn(sectionOf(page, heading)).filter(([head]) => head?.[0] === 'option')
    t.same(tables.map(([, ...rows]) => rows.map(([option = '']) => codeIn(option)).filter((name) => name !== '')),
      typeNames.map(namesOf), heading)
  }
  t.end()
})

await t.test('a value that equals the documented default of a nested option changes nothing', (t) => {
  const bases = { endpoints: {}, listen: { port: 9000 }, shutdown: {}, statusCodes: {} }
  for (const [heading, base] of Object.entries(bases)) {
    for (const [option = '', , value = ''] of rowsOf(sectionOf(page, heading))) {
      const literal = literalIn(value)
      if (literal === undefined) continue
      const options = { [heading]: { ...base, [codeIn(option)]: literal.value } }
      t.same(settingsOf(options), settingsOf({ [heading]: base }), `${heading}.${codeIn(option)}`)
    }
  }
  t.end()
})

await t.test('the codes of statusCodes are listed for every status', (t) => {
  const listed = rowsOf(sectionOf(page, 'statusCodes')).map(([status = '', , code = '']) =>
    [codeIn(status), Number(codeIn(code))])
  t.same(Object.fromEntries(listed), readOptions({}).settings.statusCodes)
  t.end()
})

await t.test('the delay of shutdown is listed for Kubernetes and for other places', (t) => {
  const [, , value = ''] = rowsOf(sectionOf(page, 'shutdown')).find(([option = '']) => codeIn(option) === 'delay') ?? []
  const inKubernetes = readOptions({}, { KUBERNETES_SERVICE_HOST: '10.0.0.1' }).settings.drainDelay
  t.equal(value, `\`${inKubernetes}\` in Kubernetes, otherwise \`${readOptions({}).settings.drainDelay}\``)
  t.end()
})

await t.test('every option of a check is listed with its default and its unit', (t) => {
  const rows = rowsOf(sectionOf(page, 'checkDefaults'))
  for (const [option = '', , value = '', unit = ''] of rows) {
    const name = codeIn(option) as keyof typeof CHECK_OPTIONS
    t.equal(literalIn(value)?.value, DEFAULT_POLICY[name], `the default of ${name}`)
    t.equal(unit.startsWith('ms'), CHECK_OPTIONS[name].unit === 'ms', `the unit of ${name}`)
  }
  t.match(rows.find(([option = '']) => codeIn(option) === 'ttl')?.[4], `\`${REMOTE_POLICY.ttl}\``)
  t.end()
})

await t.test('the page of Spring Boot Admin lists every option in order with its default, and no other', (t) => {
  const rows = rowsOf(sectionOf(adminPage, 'Options'))
  t.same(rows.map(([option = '']) => codeIn(option)), namesOf('SpringBootAdminOptions'))
  const url = 'http://admin:8080'
  const settings = readAdminOptions({ url }, () => undefined)
  const literals = rows.flatMap(([option = '', value = '']) => {
    const literal = literalIn(value)
    return literal === undefined ? [] : [[codeIn(option), literal.value]]
  })
  t.equal(literals.length, 4)
  t.same(readAdminOptions({ url, ...Object.fromEntries(literals) as object }, () => undefined), settings)
  t.end()
})

await t.test('every ready-made check lists all of its options, and no other', (t) => {
  for (const { check, type } of CHECKS) {
    const section = sectionOf(checksPage, check)
    if (/^It takes the options of \[/m.test(section)) continue
    const listed = rowsOf(section).map(([option = '']) => codeIn(option))
    t.same([...listed].sort(), [...namesOf(type)].sort(), check)
  }
  t.end()
})

await t.test('every ready-made check lists the defaults of the code', async (t) => {
  for (const { check, source } of CHECKS) {
    const defaults = await defaultsIn(`lib/checks/${source}`)
    for (const [option = '', , value = ''] of rowsOf(sectionOf(checksPage, check))) {
      const name = codeIn(option)
      if (value !== 'required') t.same(literalIn(value)?.value, defaults.get(name), `${check}: ${name}`)
    }
  }
})

await t.test('the comment of every option has the documented default', (t) => {
  const documented = new Map([
    ...rowsOf(sectionOf(page, 'All options')).map((row) => ['ManagementOptions', row] as const),
    ...Object.entries(TABLES).flatMap(([heading, typeNames]) =>
      tablesIn(sectionOf(page, heading)).filter(([head]) => head?.[0] === 'option').flatMap(([, ...rows], index) =>
        rows.map((row) => [typeNames[index] ?? '', row] as const))),
    ...CHECKS.flatMap(({ check, type }) =>
      rowsOf(sectionOf(checksPage, check)).map((row) => [type, row] as const))
  ].map(([type, [option = '', , value = '']]): [string, unknown] =>
    [`${type}.${codeIn(option)}`, literalIn(value)?.value]))
  t.ok(documented.size > 80)
  for (const [type, options] of types) {
    for (const option of options) {
      const name = `${type}.${option.name}`
      if (documented.has(name)) t.same(commentDefaultOf(option), documented.get(name), name)
    }
  }
  t.end()
})

function namesOf (type: string): readonly string[] {
  return (types.get(type) ?? []).map(({ name }) => name)
}

/** The rows of all tables of options in a section. */
function rowsOf (section: string): readonly (readonly string[])[] {
  return tablesIn(section).filter(([head]) => head?.[0] === 'option').flatMap(([, ...rows]) => rows)
}

/** The settings as plain data. */
function settingsOf (options: object): unknown {
  const { kinds, ...settings } = readOptions(options).settings
  return { ...settings, kinds: [...kinds] }
}

/** The default in a comment, if it begins with a value: `1_000`, `'/z'`, `[]` or `10_485_760 (10 MiB)`. */
function commentDefaultOf ({ tags }: DeclaredOption): unknown {
  const text = (tags.get('default')?.[0] ?? '').replace(/ \(.*\)$/, '')
  return literalIn(`\`${text.replace(/(?<=\d)_(?=\d)/g, '')}\``)?.value
}

/**
 * The values in `option: withDefault(rule, value)` and `option: failureStatus(value)`. An empty object and a limit that
 * nothing reaches are no value for a reader.
 */
async function defaultsIn (path: string): Promise<ReadonlyMap<string, unknown>> {
  const source = await readFile(join(ROOT, path), 'utf8')
  const found = [...source.matchAll(/(?:^ {2}|\{ )(\w+): (?:withDefault\(.+, |failureStatus\()([^,()]+)\),?(?: \}\))?$/gm)]
  const values = found.map(([, name = '', value = '']) => [name, runInNewContext(`(${value})`) as unknown] as const)
  return new Map([
    ...await Promise.all(SHARED.filter(({ option }) => source.includes(`${option}: ${option}Rule`))
      .map(async ({ file, option }) => [option, await defaultOf(file, option)] as const)),
    ...values.filter(([, value]) => value !== Infinity && JSON.stringify(value) !== '{}')
  ])
}

/** The default of an option that several checks share. */
async function defaultOf (file: string, option: string): Promise<number> {
  const source = await readFile(join(ROOT, `lib/checks/clients/${file}.ts`), 'utf8')
  const [, value] = new RegExp(`${option}Rule = withDefault\\(delayOrNone, ([\\d_]+)\\)`).exec(source) ?? []
  return Number(value?.replaceAll('_', ''))
}
