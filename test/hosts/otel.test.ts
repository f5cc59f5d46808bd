import { FastifyOtelInstrumentation } from '@fastify/otel'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { http1, testHost, ownRoutes, PROBES, REPORTS, start } from '../support/host.js'
import type { Host, ReceivedAnswer } from '../support/host.js'

interface Traced extends Host {
  /** The spans that have ended. */
  readonly exporter: InMemorySpanExporter
}

/** An app that traces its requests, handlers and hooks. */
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

await testHost('an app with @fastify/otel', traced())

for (const order of ['first', 'last'] as const) {
  await t.test(`probes are not traced when the plugin is registered ${order}`, async (t) => {
    const { exporter, ...host } = traced()
    const app = await start(host, order, t)
    for (const sent of PROBES) await http1(app, sent)
    // Some spans end after the answer has been sent.
    await app.close()
    t.same(exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes })), [])
  })

  await t.test(`reports are traced like the routes of the app when the plugin is registered ${order}`, async (t) => {
    const { exporter, ...host } = traced()
    const app = await start(host, order, t)
    const sentRequests = [{ method: 'GET', path: '/' }, { method: 'HEAD', path: '/' }, ...REPORTS]
    const answers: ReceivedAnswer[] = []
    for (const sent of sentRequests) answers.push(await http1(app, sent))
    await app.close()
    const spans = exporter.getFinishedSpans()
    const requests = spans.filter(({ name }) => name === 'request').map(({ attributes }) => attributes)
    t.same(
      requests.map((attributes) => [
        attributes['http.request.method'],
        attributes['url.path'],
        attributes['http.response.status_code']
      ]),
      sentRequests.map(({ method, path }, at) => [method, path, answers[at]?.status])
    )
    t.equal(
      spans.filter(({ name }) => name === 'onRequest - own').length,
      sentRequests.length,
      'the hooks of the app are traced'
    )
    t.equal(
      spans.filter(({ name }) => name.startsWith('handler - ')).length,
      order === 'last' ? sentRequests.length : 2,
      'handlers are traced if @fastify/otel was registered before them'
    )
  })
}
