import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import t from 'tap'
import management from '../../lib/index.js'
import { superLinearGrowth } from '../support/growth.js'

type Test = Pick<typeof t, 'teardown'>

async function appWith (test: Test, fastify: FastifyServerOptions, prefix: string): Promise<FastifyInstance> {
  const app = Fastify(fastify)
  test.teardown(async () => await app.close())
  await app.register(management, { prefix })
  await app.ready()
  return app
}

const lenient = { routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, maxParamLength: 1e6 } }
const rewriting = { rewriteUrl: () => '/z' }

const ATTACKS: readonly (readonly [
  title: string, fastify: FastifyServerOptions, prefix: string, makeUrl: (length: number) => string
])[] = [
  ['slashes inside the prefix', lenient, '/api/z', (length) => `/api${'/'.repeat(length)}z`],
  ['slashes around the prefix', lenient, '/z', (length) => `${'/'.repeat(length)}z${'/'.repeat(length)}`],
  ['slashes in a rewritten URL', rewriting, '/z', (length) => `/a${'/'.repeat(length)}z`],
  ['slashes and question marks', rewriting, '/z', (length) => `/a${'/?'.repeat(length)}z`],
  ['a long rewritten path', rewriting, '/z', (length) => `/${'a/'.repeat(length)}z`],
  ['a long host in the target', rewriting, '/z', (length) => `http://${'a.'.repeat(length)}b/z`],
  ['a long value of a parameter', lenient, '/:tenant/z', (length) => `/${'%2F'.repeat(length)}/z`],
  ['slashes around a parameter', lenient, '/:tenant/z', (length) => `/a${'/'.repeat(length)}z`],
  ['braces in a parameter', lenient, '/:tenant/z', (length) => `/${'{'.repeat(length)}/z`],
  ['a long query', {}, '/z', (length) => `/z?${'a=/&'.repeat(length)}`]
]

for (const [title, fastify, prefix, makeUrl] of ATTACKS) {
  await t.test(`${title} take linear time, and the links do not grow with them`, async (t) => {
    const app = await appWith(t, fastify, prefix)
    const answers = await Promise.all([2_000, 16_000].map(async (length) => await app.inject(makeUrl(length))))
    t.same(answers.map(({ statusCode }) => statusCode), [200, 200])
    const [short = 0, long = 0] = answers.map(({ payload }) => payload.length)
    t.equal(long, short)
    t.ok(long < 4_000, 'the answer is short')
    t.equal(await superLinearGrowth(async (url) => await app.inject(url), makeUrl), undefined)
  })
}

await t.test('long headers take linear time, and the links do not grow with them', async (t) => {
  const app = await appWith(t, { trustProxy: true }, '/z')
  for (const [header, makeValue] of [
    ['host', (length: number) => `${'a'.repeat(length)}:`],
    ['host', (length: number) => `[${':'.repeat(length)}`],
    ['host', (length: number) => 'a.'.repeat(length)],
    ['x-forwarded-host', (length: number) => 'a,'.repeat(length)],
    ['x-forwarded-proto', (length: number) => 'http,'.repeat(length)],
    ['x-forwarded-for', (length: number) => '::1,'.repeat(length)],
    ['accept', (length: number) => 'actuator,'.repeat(length)],
    ['accept', (length: number) => `actuator${';q='.repeat(length)}`]
  ] as const) {
    const send = async (value: string): Promise<string> =>
      (await app.inject({ url: '/z', headers: { [header]: value } })).payload
    t.ok((await send(makeValue(16_000))).length < 2_000, `${header} is not repeated`)
    t.equal(await superLinearGrowth(send, makeValue), undefined, header)
  }
})
