import t from 'tap'
import * as checks from '../../lib/checks/index.js'

await t.test('the entry checks exports a function for each ready-made check', (t) => {
  const names = [
    'bullmq', 'certificate', 'circuitBreaker', 'diskSpace', 'dns', 'elasticsearch', 'eventLoop', 'grpc', 'http',
    'kafka', 'memcached', 'memory', 'mongodb', 'mongoose', 'mysql', 'nats', 'postgres', 'progress', 'rabbitmq',
    'redis', 'resolves', 'serviceDependency', 'smtp', 'sqlite', 'tcp', 'upstream'
  ]
  t.same(Object.keys(checks).sort(), names)
  for (const check of Object.values(checks)) t.type(check, 'function')
  t.end()
})
