import { FastifyOtelInstrumentation } from '@fastify/otel'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { http1, livesIn, ownRoutes, PROBES, REPORTS, start } from '../support/host.js'
import type { Host, Received } from '../support/host.js'

interface Traced extends Host {
  /** The spans that have ended. */
  readonly exporter: InMemorySpanExporter
}

/** An app of which everything is traced that can be: requests, handlers, and hooks, its own too. */
function traced (): Traced {
  const exporter = new InMemorySpanExporter()
  const instrumentation = new FastifyOtelInstrumentation({ instrumentHooks: true, instrumentHandler: true })
  instrumentation.setTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
  const setUp = async (app: FastifyInstance): Promise<void> => {
    await app.register(instrumentation.plugin())
    app.addHook('onRequest', async function own () { await Promise.resolve() })
    app.addHook('onSend', async function own (_request, _reply, payload) { return await Promise.resolve(payload) })
    ownRoutes(app)
  }
  return { setUp, exporter }
}

await livesIn('an app with @fastify/otel', traced())

for (const order of ['first', 'last'] as const) {
  await t.test(`registered ${order}, no probe is traced, whatever the method`, async (t) => {
    const { exporter, ...host } = traced()
    const app = await start(host, order, t)
    for (const question of PROBES) await http1(app, question)
    // Some spans end after the answer is out.
    await app.close()
    t.same(exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes })), [])
  })

  await t.test(`registered ${order}, reports are traced as the app's own routes are`, async (t) => {
    const { exporter, ...host } = traced()
    const app = await start(host, order, t)
    const asked = [{ method: 'GET', path: '/' }, { method: 'HEAD', path: '/' }, ...REPORTS]
    const answers: Received[] = []
    for (const question of asked) answers.push(await http1(app, question))
    await app.close()
    const spans = exporter.getFinishedSpans()
    const requests = spans.filter(({ name }) => name === 'request').map(({ attributes }) => attributes)
    t.same(
      requests.map((attributes) => [attributes['http.request.method'], attributes['url.path'], attributes['http.response.status_code']]),
      asked.map(({ method, path }, at) => [method, path, answers[at]?.status])
    )
    t.equal(spans.filter(({ name }) => name === 'onRequest - own').length, asked.length, 'with the hooks of the app')
    t.equal(spans.filter(({ name }) => name.startsWith('handler - ')).length, order === 'last' ? asked.length : 2, 'with handlers, where the plugin was there before them')
  })
}
