import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { Context, ContextManager } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import t from 'tap'
import { untraced } from '../../../lib/observe/watch/untraced.js'

await t.test('untraced() suppresses tracing in the context of OpenTelemetry', (t) => {
  const tracer = new BasicTracerProvider().getTracer('test')
  const isTraced = (): boolean => tracer.startSpan('tcp.connect').isRecording()
  t.equal(untraced(isTraced), true, 'without a manager of contexts')
  let active: Context = ROOT_CONTEXT
  const manager: ContextManager = {
    active: () => active,
    with: (inner, work, self, ...parameters) => {
      const outer = active
      active = inner
      try {
        return work.apply(self as never, parameters)
      } finally {
        active = outer
      }
    },
    bind: (_context, target) => target,
    enable: () => manager,
    disable: () => manager
  }
  context.setGlobalContextManager(manager)
  t.teardown(() => context.disable())
  t.equal(untraced(isTraced), false)
  t.equal(isTraced(), true)
  t.end()
})
