import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { addTo, copyInto, ownVersionOf, root } from '../support/packaging/project.js'
import { run } from '../support/packaging/run.js'

const HEAD = `import Fastify from 'fastify'
import management from 'fastify-management-endpoints'

const fastify = Fastify()
`

/** Programs that must not compile, with the error that the compiler must report. */
const WRONG = [
  {
    name: 'a-number-as-result',
    code: "fastify.management.addCheck('readiness', 'db', () => 1)",
    says: /error TS2322: Type 'number' is not assignable/
  },
  {
    name: 'an-unknown-option',
    code: "fastify.register(management, { prefx: '/z' })",
    says: /error TS2769: [^]+'prefx' does not exist|error TS2561/
  },
  {
    name: 'a-misspelt-status',
    code: "fastify.management.addCheck('readiness', 'db', () => ({ status: 'OK' }))",
    says: /error TS2322: Type '"OK"' is not assignable/
  },
  {
    name: 'auth-undefined',
    code: 'fastify.register(management, { auth: undefined })',
    says: /error TS2769: [^]+exactOptionalPropertyTypes/
  }
] as const

/** Compiles consumers against the installed package, without `skipLibCheck`. */
export async function testTypes (t: Test, project: string): Promise<void> {
  await addTo(project, [await ownVersionOf('@types/node')])
  const right = join(project, 'right')
  await mkdir(right)
  await copyInto(right, 'types', 'consumers')
  await configure(right)

  t.jobs = 2
  void t.test('of either module system compile', async (t) => {
    await t.resolves(compile(right))
  })

  void t.test('with the augmentation alone compile', async (t) => {
    const alone = join(project, 'alone')
    await mkdir(alone)
    await copyInto(join(alone, 'augmentation.ts'), 'types', 'consumers', 'augmentation.ts')
    await configure(alone)
    await t.resolves(compile(alone))
  })

  void t.test('that use it wrongly do not compile', async (t) => {
    const wrong = join(project, 'wrong')
    await mkdir(wrong)
    await configure(wrong)
    for (const { name, code } of WRONG) {
      for (const extension of ['ts', 'cts']) await writeFile(join(wrong, `${name}.${extension}`), `${HEAD}${code}\n`)
    }
    const errors = errorsByFile(await compile(wrong).then(() => '', (error: unknown) => String(error)))
    t.equal(errors.size, WRONG.length * 2, 'each, and nothing else')
    for (const { name, says } of WRONG) {
      for (const extension of ['ts', 'cts']) t.match(errors.get(`${name}.${extension}`), says)
    }
  })
}

async function configure (folder: string): Promise<void> {
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      target: 'es2023',
      module: 'nodenext',
      types: ['node'],
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      esModuleInterop: true,
      skipLibCheck: false
    },
    include: ['.']
  }))
}

async function compile (folder: string): Promise<string> {
  return await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false'], folder)
}

/** The compiler's errors by file. */
function errorsByFile (output: string): ReadonlyMap<string, string> {
  const errors = new Map<string, string>()
  for (const said of output.split(/^(?=\S+\(\d+,\d+\): error)/m)) {
    const file = /^(\S+)\(\d+,\d+\): error/.exec(said)?.[1]
    if (file !== undefined) errors.set(file, `${errors.get(file) ?? ''}${said}`)
  }
  return errors
}
