import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import autoload from '@fastify/autoload'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'

/** Every sign of ASCII, and characters that clients, proxies or terminals treat in their own ways. */
const CHARACTERS = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter((sign) => !/[\w/]/.test(sign)),
  '\u0080',
  '\u0085', '\u009b', '\u00a0', '\u00ad', 'é', 'e\u0301', 'ẞ', 'İ', 'ı', '\u200b', '\u200d', '\u2028', '\u202e',
  '\u2066', '／', '．', '。', '\ufeff', '\ufffd', '\uffff', '😀', '\ud800', '\udfff', '\u{e0041}', '\ue000'
]
const PARTS = [
  '.', '..', '...', '. .', '.%2e', '%2e', '%2E%2e', '%252e', '%2f', '%5c', '%00', '%', '%zz', '%C3%A9', '\\..\\', '..;',
  '.;x', ':a', '::', ':a-:b', '*', '(a)', 'javascript:', 'http:', '@evil', '~', '[::1]', '{a}', 'a?b', 'a#b'
]

type Register = (app: FastifyInstance, part: string) => Promise<unknown>

const OWN: Register = async (app, part) => await app.register(management, { prefix: `/a${part}b/${part}/z` })
const OUTER: Register = async (app, part) =>
  await app.register(async (child) => await child.register(management), { prefix: `/a${part}b/${part}` })

/** Returns a description if the endpoints were registered at a path that a normalizing client does not reach. */
async function unreachable (register: Register, part: string, fastify: FastifyServerOptions): Promise<string[]> {
  const app = Fastify(fastify)
  try {
    await register(app, part)
    await app.ready()
    const url = new URL(`http://shop/a${part}b/${part}/z/health/liveness`.replaceAll('::', ':'))
    const { statusCode } = await app.inject(url.href.slice(url.origin.length))
    const links = await app.inject(url.pathname.replace('/health/liveness', ''))
    const { _links: { version: { href } } } = JSON.parse(links.payload) as { _links: { version: { href: string } } }
    const linked = await app.inject(new URL(href).pathname)
    const isReached = statusCode === 200 && linked.statusCode === 200
    return isReached ? [] : [`${JSON.stringify(part)} answers ${statusCode} and ${linked.statusCode}`]
  } catch (error) {
    const { code = '' } = error as { code?: string }
    return code === 'FST_MANAGEMENT_OPTION_INVALID' ? [] : [`${JSON.stringify(part)} throws ${String(error)}`]
  } finally {
    await app.close()
  }
}

const LENIENT = {
  caseSensitive: false, ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, useSemicolonDelimiter: true
}

for (const [where, register, routerOptions] of [
  ['the prefix', OWN, {}],
  ['the prefix of an outer scope, with a lenient router,', OUTER, LENIENT]
] as const) {
  await t.test(`${where} is rejected, or a normalizing client reaches the endpoints`, async (t) => {
    const found: string[] = []
    for (const part of [...CHARACTERS, ...PARTS]) {
      found.push(...await unreachable(register, part, { routerOptions }))
    }
    t.same(found, [])
  })
}

await t.test('a folder of @fastify/autoload with a space is rejected, and the error names the path', async (t) => {
  const dir = t.testdir()
  await mkdir(join(dir, 'a b'))
  const entry = pathToFileURL(join(import.meta.dirname, '../../lib/index.ts')).href
  await writeFile(join(dir, 'a b/index.mjs'), `export { default } from ${JSON.stringify(entry)}\n`)
  const app = Fastify()
  t.teardown(async () => await app.close())
  await t.rejects(async () => await app.register(autoload, { dir, forceESM: true }), {
    code: 'FST_MANAGEMENT_OPTION_INVALID', message: /got the string "\/a b" with the character U\+0020/
  })
})

await t.test('a hostile prefix of an outer scope does not matter with a separate port', async (t) => {
  const app = Fastify()
  t.teardown(async () => await app.close())
  await t.resolves(async () => await app.register(async (child) => {
    await child.register(management, { listen: { port: 0 } })
  }, { prefix: '/..' }))
})
