import t from 'tap'
import type { CheckOptions } from '../../lib/health/check/policy.js'
import { describe } from '../../lib/base/describe.js'
import { readCheckOptions } from '../../lib/options/check-options.js'
import { readSettings } from '../../lib/options/settings.js'
import type { Settings } from '../../lib/options/settings.js'

interface Reading {
  readonly settings: Settings
  readonly unknown: readonly string[]
}

function read (options: unknown, env: Record<string, string> = {}): Reading {
  const unknown: string[] = []
  const settings = readSettings(options, { env, onUnknown: (key) => unknown.push(key) })
  return { settings, unknown }
}

/** For what has no unknown keys. */
function neverTold (key: string): never {
  throw new Error(`"${key}" is taken for unknown`)
}

/** Each option of a check, with a value that it may have. */
const CHECK_OPTIONS: Required<CheckOptions> = {
  timeout: 100, ttl: 5_000, interval: 10_000, failureThreshold: 3, successThreshold: 2, failureStatus: 'DEGRADED', maxBackoff: 30_000
}

await t.test('without options the defaults are in place', (t) => {
  const { settings: { kinds, ...settings }, unknown } = read({})
  t.same([...kinds], ['liveness', 'readiness', 'startup', 'health'])
  t.same(settings, {
    prefix: '/z',
    name: undefined,
    version: 'unknown',
    checks: [],
    autoChecks: [],
    dependencies: [],
    scheme: 'http',
    cascade: [],
    checkDefaults: {},
    showComponents: 'always',
    showDetails: 'never',
    auth: [],
    endpoints: { info: true, version: true, health: true, links: true },
    statusCodes: { DOWN: 503, OUT_OF_SERVICE: 503, DEGRADED: 200, UP: 200 },
    info: undefined,
    serviceInstanceId: false,
    logLevel: 'silent',
    drainDelay: 0,
    shutdown: undefined
  })
  t.same(unknown, [])
  t.end()
})

await t.test('an option that is undefined is one that is left out, but for auth', (t) => {
  const names = ['prefix', 'name', 'version', 'checks', 'autoChecks', 'serviceDependencies', 'cascade', 'kinds', 'checkDefaults', 'showComponents', 'showDetails', 'endpoints', 'statusCodes', 'info', 'serviceInstanceId', 'logLevel', 'listen', 'shutdown']
  const undefinedOptions = Object.fromEntries(names.map((name) => [name, undefined]))
  t.same(read(undefinedOptions).settings, read({}).settings)
  t.throws(() => read({ auth: undefined }), { code: 'FST_MANAGEMENT_OPTION_INVALID' })
  t.end()
})

await t.test('a wrong option is refused with its name, what came and what is expected', (t) => {
  const cases: readonly [object, string][] = [
    [{ prefix: 5 }, 'option "prefix" must be a path without spaces, "?", "#", "*", "%", "(", ")" and "\\", got the number 5'],
    [{ prefix: '/a b' }, 'got the string "/a b"'],
    [{ prefix: null }, 'got null'],
    [{ name: '' }, 'option "name" must be a string that is not empty, got the string ""'],
    [{ name: 7 }, 'got the number 7'],
    [{ version: ' ' }, 'option "version" must be a string that is not empty, or a function that gives one, got the string " "'],
    [{ version: 1.2 }, 'got the number 1.2'],
    [{ checks: [] }, 'option "checks" must be an object, got an array of 0'],
    [{ checks: { liveness: 'db' } }, 'option "checks.liveness" must be an object, got the string "db"'],
    [{ checks: { liveness: { db: { check: () => true, timeout: Number.NaN } } } }, 'option "checks.liveness.db.timeout" must be a whole number of milliseconds from 1 to 2147483647, got the number NaN'],
    [{ checks: { liveness: { db: { check: () => true, interval: '10s' } } } }, 'option "checks.liveness.db.interval" must be a whole number of milliseconds from 0 to 2147483647, got the string "10s"'],
    [{ checkDefaults: 5 }, 'option "checkDefaults" must be an object, got the number 5'],
    [{ checkDefaults: null }, 'option "checkDefaults" must be an object, got null'],
    [{ checkDefaults: { ttl: -1 } }, 'option "checkDefaults.ttl" must be a whole number of milliseconds from 0 to 2147483647, got the number -1'],
    [{ serviceDependencies: { users: { url: 'u', failureStatus: 'UP' } } }, 'option "serviceDependencies.users.failureStatus" must be one of DOWN, OUT_OF_SERVICE, DEGRADED, got the string "UP"'],
    [{ serviceDependencies: 'users' }, 'option "serviceDependencies" must be an object, got the string "users"'],
    [{ serviceDependencies: { users: { url: 'u', timeout: -1 } } }, 'option "serviceDependencies.users.timeout" must be'],
    [{ serviceDependencies: { users: { url: 'u', headers: [] } } }, 'option "serviceDependencies.users.headers" must be an object, got an array of 0'],
    [{ serviceDependencies: { users: { url: 'u', headers: { 'x y': 'a' } } } }, 'option "serviceDependencies.users.headers" must be names and values of HTTP headers'],
    [{ serviceDependencies: { users: { url: 'u', headers: { x: 'a\nb' } } } }, 'option "serviceDependencies.users.headers" must be names and values of HTTP headers'],
    [{ serviceDependencies: { users: { url: 'u', headers: { authorization: 'hunter2\n' } } } }, 'got something else under the string "authorization"'],
    [{ serviceDependencies: { users: { url: 'u', headers: { 'Content-Length': '5' } } } }, 'must be headers other than connection, content-length,'],
    [{ prefix: '/a%20b' }, 'got the string "/a%20b"'],
    [{ info: Promise.resolve({}) }, 'option "info" must be an object, or a function that gives one, got an object of class Promise'],
    [{ serviceDependencies: { users: { url: 'u', headers: { x: 1 } } } }, 'option "serviceDependencies.users.headers.x" must be a string that is not empty, got a value of the type number'],
    [{ cascade: 'readiness' }, 'option "cascade" must be an array, got the string "readiness"'],
    [{ cascade: ['readines'] }, 'option "cascade[0]" must be one of liveness, readiness, startup, health, got the string "readines"'],
    [{ kinds: {} }, 'option "kinds" must be an array, got an object'],
    [{ kinds: [1] }, 'option "kinds[0]" must be a string that is not empty, got the number 1'],
    [{ showComponents: true }, 'option "showComponents" must be "always", "never", or a function of the request, got the boolean true'],
    [{ showDetails: 'when-authorized' }, 'option "showDetails" must be'],
    [{ auth: [() => true, 'x'] }, 'option "auth" must be an onRequest hook, or an array of at least one; to leave the endpoints open, leave the option out, got an array of 2'],
    [{ endpoints: { infos: false } }, 'option "endpoints" must be an object with no other keys than info, version, health, links, got the string "infos"'],
    [{ endpoints: { info: 'no' } }, 'option "endpoints.info" must be true or false, got the string "no"'],
    [{ endpoints: true }, 'option "endpoints" must be an object with keys of info, version, health, links, got the boolean true'],
    [{ statusCodes: { DOWN: 99 } }, 'option "statusCodes.DOWN" must be a whole number from 200 to 599, got the number 99'],
    [{ statusCodes: { DOWN: Infinity } }, 'got the number Infinity'],
    [{ statusCodes: { DOWN: 503.5 } }, 'got the number 503.5'],
    [{ statusCodes: { BROKEN: 500 } }, 'with no other keys than DOWN, OUT_OF_SERVICE, DEGRADED, UP, got the string "BROKEN"'],
    [{ info: 'x' }, 'option "info" must be an object, or a function that gives one, got the string "x"'],
    [{ serviceInstanceId: 1 }, 'option "serviceInstanceId" must be true, false, or the id as a string that is not empty, got the number 1'],
    [{ serviceInstanceId: '' }, 'got the string ""'],
    [{ logLevel: 'quiet' }, 'option "logLevel" must be one of silent, fatal, error, warn, info, debug, trace, got the string "quiet"']
  ]
  for (const [options, message] of cases) {
    t.throws(() => read(options), { code: 'FST_MANAGEMENT_OPTION_INVALID', message: new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) }, message)
  }
  t.throws(() => readSettings('options', { env: {}, onUnknown: () => undefined }), { code: 'FST_MANAGEMENT_OPTION_INVALID' })
  t.end()
})

await t.test('an unknown key is told of, at the top, in a check and in the defaults of checks', (t) => {
  const { unknown } = read({ prefx: '/a', encapsulate: false, logSerializers: {}, checks: { liveness: { db: { check: () => true, timeOut: 1 } } }, serviceDependencies: { users: { url: 'u', retries: 3 } }, checkDefaults: { tll: 5 } })
  t.same(unknown, ['prefx', 'checks.liveness.db.timeOut', 'serviceDependencies.users.retries', 'checkDefaults.tll'])
  t.end()
})

await t.test('a prefix may have slashes at either end, or none', (t) => {
  for (const prefix of ['/admin', 'admin', '/admin/', 'admin//', '//admin']) t.equal(read({ prefix }).settings.prefix, '/admin', prefix)
  for (const prefix of ['/', '', '//']) t.equal(read({ prefix }).settings.prefix, '/', prefix)
  t.equal(read({ prefix: '/a/b/:tenant' }).settings.prefix, '/a/b/:tenant')
  t.end()
})

await t.test('checks are read by kind and name, with their options', (t) => {
  const db = (): boolean => true
  t.same(read({ checks: { readiness: { db: { check: db, timeout: 100 }, other: db }, startup: { db } } }).settings.checks, [
    { kind: 'readiness', name: 'db', check: db, options: { timeout: 100 } },
    { kind: 'readiness', name: 'other', check: db, options: {} },
    { kind: 'startup', name: 'db', check: db, options: {} }
  ])
  t.end()
})

await t.test('every option of a check may stand at a check, at a service dependency and in the defaults', (t) => {
  const check = (): boolean => true
  t.same(read({ checks: { readiness: { db: { check, ...CHECK_OPTIONS } } } }).settings.checks, [{ kind: 'readiness', name: 'db', check, options: CHECK_OPTIONS }])
  t.same(read({ serviceDependencies: { users: { url: 'u', ...CHECK_OPTIONS } } }).settings.dependencies, [{ name: 'users', address: 'u', headers: {}, options: CHECK_OPTIONS }])
  t.same(read({ checkDefaults: CHECK_OPTIONS }).settings.checkDefaults, CHECK_OPTIONS)
  t.end()
})

await t.test('the defaults of checks do not stand at the checks, whose own options are put over them later', (t) => {
  const { checks, dependencies, checkDefaults } = read({ checkDefaults: { timeout: 100, ttl: 5 }, checks: { readiness: { db: () => true } }, serviceDependencies: { users: { url: 'u', ttl: 0 } } }).settings
  t.same(checkDefaults, { timeout: 100, ttl: 5 })
  t.same([...checks, ...dependencies].map(({ options }) => options), [{}, { ttl: 0 }])
  t.end()
})

await t.test('service dependencies are read by name, with their options', (t) => {
  t.same(read({ serviceDependencies: { a: 'a', b: { url: 'b', timeout: 100, headers: { 'X-Key': 'k' } } } }).settings.dependencies, [
    { name: 'a', address: 'a', headers: {}, options: {} },
    { name: 'b', address: 'b', headers: { 'x-key': 'k' }, options: { timeout: 100 } }
  ])
  t.end()
})

await t.test('the scheme comes from PREFERRED_URL_SCHEME, then SCHEME, then it is http', (t) => {
  const schemeIn = (env: Record<string, string>, options = { serviceDependencies: {} }): string => read(options, env).settings.scheme
  t.equal(schemeIn({ PREFERRED_URL_SCHEME: 'https', SCHEME: 'http' }), 'https')
  t.equal(schemeIn({ SCHEME: 'https' }), 'https')
  t.equal(schemeIn({ PREFERRED_URL_SCHEME: '', SCHEME: 'https' }), 'https')
  t.equal(schemeIn({}), 'http')
  t.throws(() => schemeIn({ SCHEME: 'gopher' }), { code: 'FST_MANAGEMENT_OPTION_INVALID', message: 'option "SCHEME (environment)" must be one of http, https, got the string "gopher"' })
  t.equal(read({}, { SCHEME: 'dark' }).settings.scheme, 'http', 'it may mean something else to an app without dependencies')
  t.end()
})

await t.test('signals shut the app down where that is asked for, after the delay of a drain', (t) => {
  const defaults = { signals: ['SIGTERM', 'SIGINT'], delay: 0, timeout: 10_000 }
  const inKubernetes = { KUBERNETES_SERVICE_HOST: '10.96.0.1' }
  t.equal(read({ shutdown: false }).settings.shutdown, undefined)
  for (const shutdown of [true, {}, { signals: undefined, delay: undefined, timeout: undefined }]) {
    t.same(read({ shutdown }).settings.shutdown, defaults)
    t.same(read({ shutdown }, inKubernetes).settings.shutdown, { ...defaults, delay: 5_000 })
  }
  const given = { signals: ['SIGQUIT'], delay: 0, timeout: 1 }
  t.same(read({ shutdown: given }, inKubernetes).settings.shutdown, given)
  t.same(read({ shutdown: { signals: ['SIGHUP', 'SIGTERM', 'SIGHUP'] } }).settings.shutdown?.signals, ['SIGHUP', 'SIGTERM'])
  t.same(read({ shutdown: { delays: 5 } }).unknown, ['shutdown.delays'])
  t.end()
})

await t.test('a shutdown that cannot be is refused', (t) => {
  const refused: readonly (readonly [unknown, string])[] = [
    ['SIGTERM', 'option "shutdown" must be true, false, or an object with signals, delay and timeout, got the string "SIGTERM"'],
    [null, 'option "shutdown" must be true, false, or an object with signals, delay and timeout, got null'],
    [{ signals: [] }, 'option "shutdown.signals" must be an array that is not empty, got an array of 0'],
    [{ signals: 'SIGTERM' }, 'option "shutdown.signals" must be an array, got the string "SIGTERM"'],
    [{ signals: ['SIGKILL'] }, 'option "shutdown.signals[0]" must be one of SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR2, got the string "SIGKILL"'],
    [{ delay: -1 }, 'option "shutdown.delay" must be a whole number of milliseconds from 0 to 2147483647, got the number -1'],
    [{ delay: '5s' }, 'option "shutdown.delay" must be a whole number of milliseconds from 0 to 2147483647, got the string "5s"'],
    [{ timeout: 0 }, 'option "shutdown.timeout" must be a whole number of milliseconds from 1 to 2147483647, got the number 0']
  ]
  for (const [shutdown, message] of refused) t.throws(() => read({ shutdown }), { code: 'FST_MANAGEMENT_OPTION_INVALID', message })
  t.end()
})

await t.test('a drain waits for 5 s in Kubernetes, and elsewhere not at all', (t) => {
  t.equal(read({}, { KUBERNETES_SERVICE_HOST: '10.96.0.1' }).settings.drainDelay, 5_000)
  for (const env of [{}, { KUBERNETES_SERVICE_HOST: '' }, { KUBERNETES_SERVICE_HOST: ' ' }]) t.equal(read({}, env).settings.drainDelay, 0)
  t.end()
})

await t.test('the version comes from VERSION', (t) => {
  t.equal(read({}, { VERSION: '1.2.3' }).settings.version, '1.2.3')
  t.equal(read({}, { VERSION: ' ' }).settings.version, 'unknown')
  t.equal(read({ version: '2' }, { VERSION: '1.2.3' }).settings.version, '2')
  t.end()
})

await t.test('what may be one of several forms is taken in each', (t) => {
  const give = (): never => { throw new Error('is not called') }
  t.match(read({ name: 'shop', version: '1', showComponents: 'never', showDetails: 'always', info: { a: 1 }, serviceInstanceId: 'i', auth: give, logLevel: 'info' }).settings,
    { name: 'shop', version: '1', showComponents: 'never', showDetails: 'always', info: { a: 1 }, serviceInstanceId: 'i', auth: [give], logLevel: 'info' })
  t.match(read({ version: give, showComponents: give, showDetails: give, info: give, serviceInstanceId: true, auth: [give, give] }).settings,
    { version: give, showComponents: give, showDetails: give, info: give, serviceInstanceId: true, auth: [give, give] })
  t.end()
})

await t.test('of maps like statusCodes single entries are changed', (t) => {
  const { settings } = read({ statusCodes: { DEGRADED: 429, UP: undefined }, endpoints: { info: false } })
  t.same(settings.statusCodes, { DOWN: 503, OUT_OF_SERVICE: 503, DEGRADED: 429, UP: 200 })
  t.same(settings.endpoints, { info: false, version: true, health: true, links: true })
  t.end()
})

await t.test('the options of a check are checked', (t) => {
  const unknown: string[] = []
  const onUnknown = (key: string): void => { unknown.push(key) }
  t.same(readCheckOptions(undefined, 'check options', onUnknown), {})
  t.same(readCheckOptions({ timeout: 5 }, 'check options', onUnknown), { timeout: 5 })
  for (const timeout of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 31, '5', null]) {
    t.throws(() => readCheckOptions({ timeout }, 'check options', onUnknown), { code: 'FST_MANAGEMENT_OPTION_INVALID', message: /option "check options\.timeout" must be/ })
  }
  t.throws(() => readCheckOptions(5, 'check options', onUnknown), { code: 'FST_MANAGEMENT_OPTION_INVALID', message: 'option "check options" must be an object, got the number 5' })
  readCheckOptions({ retries: 1 }, 'check options', onUnknown)
  t.same(unknown, ['check options.retries'])
  t.end()
})

await t.test('each option of a check is taken up to its bounds', (t) => {
  const rights: Readonly<Record<keyof CheckOptions, readonly unknown[]>> = {
    timeout: [1, 800, 2 ** 31 - 1],
    ttl: [0, 1, 2 ** 31 - 1],
    interval: [0, 1, 2 ** 31 - 1],
    failureThreshold: [1, 3, Number.MAX_SAFE_INTEGER],
    successThreshold: [1, 3, Number.MAX_SAFE_INTEGER],
    failureStatus: ['DOWN', 'OUT_OF_SERVICE', 'DEGRADED'],
    maxBackoff: [1, 60_000, 2 ** 31 - 1]
  }
  for (const [option, values] of Object.entries(rights)) {
    for (const value of values) t.same(readCheckOptions({ [option]: value }, 'check options', neverTold), { [option]: value })
  }
  t.end()
})

await t.test('each option of a check is refused beyond its bounds, with what came and what is expected', (t) => {
  const TIME = 'a whole number of milliseconds from 1 to 2147483647'
  const TIME_OR_NONE = 'a whole number of milliseconds from 0 to 2147483647'
  const COUNT = 'a whole number from 1 to 9007199254740991'
  const wrongs: Readonly<Record<keyof CheckOptions, readonly [string, readonly unknown[]]>> = {
    timeout: [TIME, [0, -1, 1.5, Number.NaN, Infinity, 2 ** 31, '5', 5n, null, true]],
    ttl: [TIME_OR_NONE, [-1, 0.5, Number.NaN, Infinity, 2 ** 31, '0', null, false]],
    interval: [TIME_OR_NONE, [-1, 0.5, Number.NaN, Infinity, 2 ** 31, '10s', null, false]],
    failureThreshold: [COUNT, [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, '3', null]],
    successThreshold: [COUNT, [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, '3', null]],
    failureStatus: ['one of DOWN, OUT_OF_SERVICE, DEGRADED', ['UP', 'UNKNOWN', 'degraded', '', 503, null, ['DEGRADED']]],
    maxBackoff: [TIME, [0, -1, 1.5, Number.NaN, Infinity, 2 ** 31, '60s', null]]
  }
  for (const [option, [expected, values]] of Object.entries(wrongs)) {
    for (const value of values) {
      const message = `option "check options.${option}" must be ${expected}, got ${describe(value)}`
      t.throws(() => readCheckOptions({ [option]: value }, 'check options', neverTold), { code: 'FST_MANAGEMENT_OPTION_INVALID', message }, message)
    }
  }
  t.end()
})

await t.test('an option of a check that is undefined is left out', (t) => {
  const options = Object.fromEntries(Object.keys(CHECK_OPTIONS).map((option) => [option, undefined]))
  t.same(Object.keys(readCheckOptions(options, 'check options', neverTold)), [])
  t.same(readCheckOptions({ ...options, ttl: 0 }, 'check options', neverTold), { ttl: 0 })
  t.end()
})
