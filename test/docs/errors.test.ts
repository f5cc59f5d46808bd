import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import t from 'tap'
import { errors, management } from '../../lib/index.js'
import type { ManagementOptions, MetricsOption } from '../../lib/index.js'
import { assertFastifyVersion } from '../../lib/registration.js'
import { http, postgres, redis } from '../../lib/checks/index.js'
import { openTelemetry } from '../../lib/metrics/index.js'
import { springBootAdmin } from '../../lib/spring-boot-admin/index.js'
import { portOf } from '../support/app.js'
import { TestSdk } from '../support/metrics.js'
import { readPage } from './pages.js'
import { codeIn, sectionOf, tablesIn } from './sections.js'

const page = await readPage('docs/errors.md')
const classes = Object.entries(errors) as unknown as [string, new () => { code: string }][]
const codes = [...new Set(classes.map(([, ErrorClass]) => new ErrorClass().code))]

type Cause = () => unknown

/** Registers the plugin with options that may be wrong. */
async function register (options: object): Promise<void> {
  await Fastify().register(management, options as ManagementOptions)
}

async function registered (): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify()
  await app.register(management)
  return app
}

/** Registers the plugin in two apps with the same metrics. */
async function registerTwice (metrics: MetricsOption): Promise<void> {
  await register({ metrics })
  await register({ metrics })
}

const checkDb = (): boolean => true

/** The causes of the messages on the page, in order. */
const CAUSES: Readonly<Record<string, readonly Cause[]>> = {
  FST_MANAGEMENT_OPTION_INVALID: [
    async () => await register({ checks: { readiness: { db: { check: checkDb, timeout: '300' } } } }),
    async () => await register({ chekcs: {} }),
    async () => await register({ auth: undefined }),
    () => http('http://search', { timeout: 100 } as object)
  ],
  FST_MANAGEMENT_FASTIFY_UNSUPPORTED: [() => assertFastifyVersion({ version: '4.29.1' })],
  FST_MANAGEMENT_ALREADY_REGISTERED: [
    async () => await (await registered()).register(management),
    async () => {
      const app = Fastify()
      app.get('/z/health', () => 'mine')
      await app.register(management)
    },
    async () => {
      const app = Fastify()
      app.get('/livez', () => 'mine')
      await app.register(management, { additionalPaths: { liveness: '/livez' } })
    }
  ],
  FST_MANAGEMENT_LISTEN_FAILED: [async () => {
    const other = Fastify()
    await other.listen({ port: 0, host: '127.0.0.1' })
    const port = portOf(other.server)
    try {
      const app = Fastify()
      await app.register(management, { listen: { port } })
      await app.ready()
    } catch (error) {
      // The page shows a fixed port.
      const { code = '', message } = error as CodedError
      throw Object.assign(new Error(message.replaceAll(`:${port}`, ':9000')), { code })
    } finally {
      await other.close()
    }
  }],
  FST_MANAGEMENT_KIND_UNKNOWN: [async () => (await registered()).management.addCheck('redyness', 'db', checkDb)],
  FST_MANAGEMENT_NAME_INVALID: [
    async () => (await registered()).management.addCheck('readiness', 'data base', checkDb),
    async () => (await registered()).management.addCheck('readiness', 'ping', checkDb)
  ],
  FST_MANAGEMENT_NAME_TAKEN: [
    async () => {
      const app = await registered()
      app.management.addCheck('readiness', 'db', checkDb)
      app.management.addCheck('readiness', 'db', () => true)
    },
    async () => {
      const app = await registered()
      app.management.addCheck('readiness', 'db', checkDb)
      app.management.addCheck('health', 'db', checkDb, { timeout: 5 })
    },
    async () => (await registered()).management.addInfo('app', () => ({})),
    async () => await register({ kinds: ['ready', { name: 'ready', format: 'terminus' }] })
  ],
  FST_MANAGEMENT_FUNCTION_INVALID: [
    async () => (await registered()).management.addCheck('readiness', 'db', Promise.resolve() as never),
    async () => (await registered()).management.onChange(undefined as never)
  ],
  FST_MANAGEMENT_STARTUP_COMPLETED: [async () => {
    const app = await registered()
    app.management.addCheck('startup', 'db', checkDb)
    await app.management.health('startup')
    app.management.addCheck('startup', 'migration', () => true)
  }],
  FST_MANAGEMENT_METRICS_TAKEN: [
    async () => await registerTwice(new Registry()),
    async () => await registerTwice(openTelemetry(new TestSdk().meter()))
  ],
  FST_MANAGEMENT_MISSING: [async () => {
    const app = Fastify()
    await app.register(springBootAdmin, { url: 'http://admin' })
    await app.ready()
  }],
  FST_MANAGEMENT_HEALTH_URL_TAKEN: [async () => {
    const app = await registered()
    await app.register(springBootAdmin, { url: 'http://a' })
    await app.register(springBootAdmin, { url: 'http://b' })
  }],
  FST_MANAGEMENT_HEALTH_URL_UNKNOWN: [
    async () => {
      const app = Fastify()
      await app.register(management, { endpoints: { health: false } })
      await app.register(springBootAdmin, { url: 'http://a' })
    },
    async () => await Fastify().register(async (scope) => {
      await scope.register(management)
      await scope.register(springBootAdmin, { url: 'http://a' })
    }, { prefix: '/:tenant' })
  ],
  FST_MANAGEMENT_CLIENT_INVALID: [
    () => postgres(undefined as never),
    () => redis(Promise.resolve() as never)
  ],
  FST_MANAGEMENT_ADDRESS_INVALID: [
    async () => await register({ serviceDependencies: { users: 'ftp://users' } })
  ]
}

await t.test('the table lists every error code with its classes, and no other', (t) => {
  const [[, ...rows] = []] = tablesIn(page.text)
  const listed = rows.map(([code = '', names = '']) => [codeIn(code), names.replaceAll('`', '').split(', ')])
  const expected = codes.map((code) => [code, classes.filter(([, E]) => new E().code === code).map(([name]) => name)])
  t.same(listed, expected)
  t.end()
})

await t.test('every error code has a section with a remedy', (t) => {
  for (const code of codes) t.match(sectionOf(page, code), /\n\*\*Remedy\.\*\*/, code)
  t.end()
})

for (const code of codes) {
  await t.test(`${code}: the page shows the messages of the code`, async (t) => {
    const section = sectionOf(page, code)
    const block = page.blocks.find(({ text, language }) => language === 'text' && section.includes(text))
    const shown = (block?.text ?? '').trimEnd().split('\n')
    const causes = CAUSES[code] ?? []
    t.equal(shown.length, causes.length)
    for (const [index, cause] of causes.entries()) {
      const error = await thrownBy(cause)
      t.equal(error.code, code)
      const [start = '', end = ''] = (shown[index] ?? '').split('…')
      t.equal(error.message.slice(0, start.length), start)
      t.ok(error.message.endsWith(end))
      if (!shown[index]?.includes('…')) t.equal(error.message, shown[index])
    }
  })
}

interface CodedError {
  readonly code?: string
  readonly message: string
}

async function thrownBy (cause: Cause): Promise<CodedError> {
  try {
    await cause()
  } catch (error) {
    return error as CodedError
  }
  return { message: 'nothing was thrown' }
}
