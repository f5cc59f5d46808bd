import t from 'tap'
import { readyMadeOptions } from '../../../lib/checks/kit/ready-made-options.js'
import * as checks from '../../../lib/checks/index.js'
import { flag, withDefault } from '../../../lib/base/rules.js'

const CODE = 'FST_MANAGEMENT_OPTION_INVALID'

await t.test('readyMadeOptions() names the call in the path of an unknown option', (t) => {
  const rule = readyMadeOptions<{ readonly fast: boolean }>('url', { fast: withDefault(flag, true) })
  t.same(rule({}, 'http'), { fast: true })
  t.throws(() => rule({ fats: 1 }, 'http'), {
    code: CODE,
    message: 'unknown option "http(url).fats" (did you mean "fast"?), expected one of fast'
  })
  t.throws(() => rule({ fast: 1 }, 'http'), { message: 'option "http.fast" must be true or false, got the number 1' })
  t.end()
})

await t.test('readyMadeOptions() explains that an option of a check belongs to addCheck()', (t) => {
  const rule = readyMadeOptions<{ readonly fast: boolean }>('', { fast: withDefault(flag, true) })
  for (const option of ['timeout', 'interval', 'failureStatus']) {
    t.throws(() => rule({ [option]: 1 }, 'tcp'), {
      code: CODE,
      message: `unknown option "tcp().${option}" (pass "${option}" to addCheck(), in the options of the check), ` +
        'expected one of fast'
    })
  }
  t.end()
})

await t.test('each ready-made check with options throws for an unknown option, with the call in its path', (t) => {
  const client = (): never => { throw new Error('must not be called') }
  const calls: readonly [string, (options: never) => unknown][] = [
    ['postgres(client)', (options) => checks.postgres(client, options)],
    ['mysql(client)', (options) => checks.mysql(client, options)],
    ['redis(client)', (options) => checks.redis(client, options)],
    ['mongodb(client)', (options) => checks.mongodb(client, options)],
    ['rabbitmq(connection)', (options) => checks.rabbitmq(client, options)],
    ['http(url)', (options) => checks.http('http://h', options)],
    ['serviceDependency(url)', (options) => checks.serviceDependency('http://h', options)],
    ['dns(name)', (options) => checks.dns('h', options)],
    ['tcp()', (options) => checks.tcp(options)],
    ['certificate()', (options) => checks.certificate(options)],
    ['diskSpace()', (options) => checks.diskSpace(options)],
    ['memory()', (options) => checks.memory(options)],
    ['eventLoop()', (options) => checks.eventLoop(options)]
  ]
  for (const [call, make] of calls) {
    const path = `${call}.timeout`.replace(/[().]/g, '\\$&')
    const message = new RegExp(`^unknown option "${path}" .pass "timeout" to addCheck`)
    t.throws(() => make({ timeout: 5 } as never), { code: CODE, message }, call)
  }
  t.end()
})
