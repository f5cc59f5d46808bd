import t from 'tap'
import { readSettings } from '../../lib/options/settings.js'
import { readOptions } from '../support/options.js'

const CODE = 'FST_MANAGEMENT_OPTION_INVALID'
const IN_KUBERNETES = { KUBERNETES_SERVICE_HOST: '10.96.0.1' }

/** Every option except `auth`, which must not be `undefined`. */
const UNDEFINED_OPTIONS = Object.fromEntries(
  Object.keys(readOptions({}).settings)
    .filter((name) => !['auth', 'scheme', 'drainDelay', 'isInKubernetes'].includes(name))
    .map((name) => [name, undefined])
)

await t.test('readSettings() fills in the defaults when there are no options', (t) => {
  const { settings: { kinds, ...settings }, unknown } = readOptions({})
  t.same([...kinds], ['liveness', 'readiness', 'startup', 'health'])
  t.same(settings, {
    prefix: '/z',
    name: undefined,
    version: undefined,
    checks: [],
    autoChecks: [],
    serviceDependencies: [],
    scheme: 'http',
    cascade: [],
    checkDefaults: {},
    showComponents: 'always',
    showDetails: 'never',
    auth: [],
    endpoints: { info: true, version: true, health: true, history: true, ui: true, links: true, metrics: true },
    statusCodes: { DOWN: 503, OUT_OF_SERVICE: 503, DEGRADED: 200, UP: 200 },
    info: undefined,
    serviceInstanceId: false,
    logLevel: 'silent',
    listen: undefined,
    additionalPaths: [],
    drainDelay: 0,
    isInKubernetes: false,
    shutdown: undefined,
    metrics: []
  })
  t.same(unknown, [])
  t.end()
})

await t.test('readSettings() takes an undefined option as missing', (t) => {
  t.same(readOptions(UNDEFINED_OPTIONS).settings, readOptions({}).settings)
  t.end()
})

await t.test('readSettings() throws when auth is undefined', (t) => {
  t.throws(() => readOptions({ auth: undefined }), { code: CODE })
  t.end()
})

await t.test('readSettings() throws when the options are not an object', (t) => {
  t.throws(() => readSettings('options', { env: {}, onUnknown: () => undefined }), { code: CODE })
  t.end()
})

type WrongOption = readonly [options: object, path: string, expected: string, got: string]

function testWrongOptions (name: string, cases: readonly WrongOption[]): Promise<unknown> {
  return t.test(`readSettings() throws when ${name}, and names the value and the rule`, (t) => {
    for (const [options, path, expected, got] of cases) {
      const message = `option "${path}" must be ${expected}, got ${got}`
      t.throws(() => readOptions(options), { code: CODE, message }, message)
    }
    t.end()
  })
}

const STRING = 'a string that is not empty'
const PREFIX = 'a path of at most 1000 characters that clients request unchanged, for example "/internal/z", without ' +
  'the segments "." and "..", white space, invisible characters and ? # % * ( ) \\'
const VERSION = 'a string that is not empty, or a function that returns one'
const INFO = 'an object, or a function that returns one'
const INSTANCE_ID = 'true, false, or the id as a string that is not empty'
const LOG_LEVEL = 'one of silent, fatal, error, warn, info, debug, trace'

await testWrongOptions('an option of the app itself is wrong', [
  [{ prefix: 5 }, 'prefix', PREFIX, 'the number 5'],
  [{ prefix: '/a b' }, 'prefix', PREFIX, 'the string "/a b" with the character U+0020'],
  [{ prefix: '/a%20b' }, 'prefix', PREFIX, 'the string "/a%20b" with the character "%"'],
  [{ prefix: null }, 'prefix', PREFIX, 'null'],
  [{ name: '' }, 'name', STRING, 'the string ""'],
  [{ name: 7 }, 'name', STRING, 'the number 7'],
  [{ version: ' ' }, 'version', VERSION, 'the string " "'],
  [{ version: 1.2 }, 'version', VERSION, 'the number 1.2'],
  [{ info: 'x' }, 'info', INFO, 'the string "x"'],
  [{ info: Promise.resolve({}) }, 'info', INFO, 'an object of class Promise'],
  [{ info: { then: () => undefined } }, 'info', INFO, 'an object'],
  [{ checks: Promise.resolve({}) }, 'checks', 'an object', 'an object of class Promise'],
  [{ checks: { readiness: new Map() } }, 'checks.readiness', 'an object', 'an object of class Map'],
  [{ checkDefaults: Promise.resolve({}) }, 'checkDefaults', 'an object', 'an object of class Promise'],
  [{ serviceDependencies: new Map() }, 'serviceDependencies', 'an object', 'an object of class Map'],
  [{ serviceInstanceId: 1 }, 'serviceInstanceId', INSTANCE_ID, 'the number 1'],
  [{ serviceInstanceId: '' }, 'serviceInstanceId', INSTANCE_ID, 'the string ""'],
  [{ logLevel: 'quiet' }, 'logLevel', LOG_LEVEL, 'the string "quiet"']
])

const TIMEOUT = 'a whole number of milliseconds from 1 to 2147483647'
const INTERVAL = 'a whole number of milliseconds from 0 to 2147483647'

await testWrongOptions('checks or their defaults are wrong', [
  [{ checks: [] }, 'checks', 'an object', 'an array of 0'],
  [{ checks: { liveness: 'db' } }, 'checks.liveness', 'an object', 'the string "db"'],
  [checksWith({ timeout: Number.NaN }), 'checks.liveness.db.timeout', TIMEOUT, 'the number NaN'],
  [checksWith({ interval: '10s' }), 'checks.liveness.db.interval', INTERVAL, 'the string "10s"'],
  [{ checkDefaults: 5 }, 'checkDefaults', 'an object', 'the number 5'],
  [{ checkDefaults: null }, 'checkDefaults', 'an object', 'null'],
  [{ checkDefaults: { ttl: -1 } }, 'checkDefaults.ttl', INTERVAL, 'the number -1'],
  [{ kinds: {} }, 'kinds', 'an array', 'an object'],
  [{ kinds: [1] }, 'kinds[0]', `${STRING}, or an object with keys of name, format`, 'the number 1'],
  [{ kinds: [' '] }, 'kinds[0]', STRING, 'the string " "'],
  [{ kinds: [{}] }, 'kinds[0].name', STRING, 'undefined'],
  [
    { kinds: ['deep', { name: 'ready', format: 'terminuss' }] }, 'kinds[1].format', 'one of terminus',
    'the string "terminuss" (did you mean "terminus"?)'
  ]
])

const FAILURE = 'one of DOWN, OUT_OF_SERVICE, DEGRADED, or an object with one of them for at least one kind'
const OWN_HEADERS = 'an object without the headers connection, content-length, expect, http2-settings, keep-alive, ' +
  'proxy-connection, te, trailer, transfer-encoding, upgrade'
const HEADERS_PATH = 'serviceDependencies.users.headers'
const HEADERS = 'an object with valid names and values of HTTP headers'
const KINDS = 'one of liveness, readiness, startup, health'

await testWrongOptions('a service dependency is wrong', [
  [{ serviceDependencies: 'users' }, 'serviceDependencies', 'an object', 'the string "users"'],
  [dependencyWith({ timeout: -1 }), 'serviceDependencies.users.timeout', TIMEOUT, 'the number -1'],
  [dependencyWith({ failureStatus: 'UP' }), 'serviceDependencies.users.failureStatus', FAILURE, 'the string "UP"'],
  [{ cascade: 'readiness' }, 'cascade', 'an array', 'the string "readiness"'],
  [{ cascade: ['readines'] }, 'cascade[0]', KINDS, 'the string "readines" (did you mean "readiness"?)']
])

await testWrongOptions('a header of a service dependency is wrong', [
  [headers([]), HEADERS_PATH, 'an object', 'an array of 0'],
  [headers(new Map([['x', 'a']])), HEADERS_PATH, 'an object', 'an object of class Map'],
  [headers(new Headers({ x: 'a' })), HEADERS_PATH, 'an object', 'an object of class Headers'],
  [headers({ 'x y': 'a' }), HEADERS_PATH, HEADERS, 'an invalid name or value at the string "x y"'],
  [headers({ x: 'a\nb' }), HEADERS_PATH, HEADERS, 'an invalid name or value at the string "x"'],
  [headers({ Upgrade: 'h2c' }), HEADERS_PATH, OWN_HEADERS, 'the string "Upgrade"'],
  [headers({ x: 1 }), `${HEADERS_PATH}.x`, STRING, 'a value of the type number']
])

const SHOW = '"always", "never", "authorized", or a function of the request'
const SHOW_WITHOUT_AUTH = '"always", "never", or a function of the request; "authorized" needs the option "auth" too'
const AUTH = 'an onRequest hook, or an array of at least one; ' +
  'register the plugin of the hook first, or omit the option to leave the endpoints open'

await testWrongOptions('an option that protects endpoints is wrong', [
  [{ showComponents: true }, 'showComponents', SHOW, 'the boolean true'],
  [{ showDetails: 'when-authorized' }, 'showDetails', SHOW, 'the string "when-authorized"'],
  [{ showDetails: 'authorized' }, 'showDetails', SHOW_WITHOUT_AUTH, 'the string "authorized"'],
  [{ showComponents: 'authorized' }, 'showComponents', SHOW_WITHOUT_AUTH, 'the string "authorized"'],
  [{ auth: [() => true, 'x'] }, 'auth', AUTH, 'an array of 2'],
  [{ auth: [] }, 'auth', AUTH, 'an array of 0']
])

const STATUS_CODE = 'a whole number from 200 to 599'

await testWrongOptions('endpoints or statusCodes are wrong', [
  [{ endpoints: { info: 'no' } }, 'endpoints.info', 'true or false', 'the string "no"'],
  [
    { endpoints: true },
    'endpoints',
    'an object with keys of info, version, health, history, ui, links, metrics',
    'the boolean true'
  ],
  [{ statusCodes: { DOWN: 99 } }, 'statusCodes.DOWN', STATUS_CODE, 'the number 99'],
  [{ statusCodes: { DOWN: Infinity } }, 'statusCodes.DOWN', STATUS_CODE, 'the number Infinity'],
  [{ statusCodes: { DOWN: 503.5 } }, 'statusCodes.DOWN', STATUS_CODE, 'the number 503.5']
])

const CLOSE = 'a function that closes the app, for example () => app.close(); omit it to close Fastify'
const SHUTDOWN = 'true, false, or an object with signals, delay, timeout and close'
const SIGNALS = 'one of SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR2'

await testWrongOptions('shutdown is wrong', [
  [{ shutdown: 'SIGTERM' }, 'shutdown', SHUTDOWN, 'the string "SIGTERM"'],
  [{ shutdown: null }, 'shutdown', SHUTDOWN, 'null'],
  [{ shutdown: { signals: [] } }, 'shutdown.signals', 'an array that is not empty', 'an array of 0'],
  [{ shutdown: { signals: 'SIGTERM' } }, 'shutdown.signals', 'an array', 'the string "SIGTERM"'],
  [{ shutdown: { signals: ['SIGKILL'] } }, 'shutdown.signals[0]', SIGNALS, 'the string "SIGKILL"'],
  [{ shutdown: { delay: -1 } }, 'shutdown.delay', INTERVAL, 'the number -1'],
  [{ shutdown: { delay: '5s' } }, 'shutdown.delay', INTERVAL, 'the string "5s"'],
  [{ shutdown: { timeout: 0 } }, 'shutdown.timeout', TIMEOUT, 'the number 0'],
  [{ shutdown: { close: true } }, 'shutdown.close', CLOSE, 'the boolean true'],
  [{ shutdown: { close: null } }, 'shutdown.close', CLOSE, 'null'],
  [{ shutdown: { close: Promise.resolve() } }, 'shutdown.close', CLOSE, 'an object']
])

function checksWith (options: object): object {
  return { checks: { liveness: { db: { check: () => true, ...options } } } }
}

function dependencyWith (options: object): object {
  return { serviceDependencies: { users: { url: 'u', ...options } } }
}

function headers (headers: unknown): object {
  return dependencyWith({ headers })
}

await t.test('an error about a header does not contain its value', (t) => {
  t.throws(() => readOptions(headers({ authorization: 'hunter2\n' })), { code: CODE, message: /^(?!.*hunter2)/ })
  t.end()
})

await t.test('readSettings() throws for an unknown option inside an option, with its full path', (t) => {
  const check = (): boolean => true
  const cases: readonly [object, string][] = [
    [{ checks: { readiness: { db: { check, timeOut: 5 } } } },
      'checks.readiness.db.timeOut" (did you mean "timeout"?)'],
    [{ checks: { readiness: { db: { chek: check } } } }, 'checks.readiness.db.chek" (did you mean "check"?)'],
    [{ checks: { readiness: { db: { check, retries: 1 } } } }, 'checks.readiness.db.retries"'],
    [{ checkDefaults: { timeOut: 5 } }, 'checkDefaults.timeOut" (did you mean "timeout"?)'],
    [{ serviceDependencies: { a: { url: 'u', timeuot: 5 } } },
      'serviceDependencies.a.timeuot" (did you mean "timeout"?)'],
    [{ serviceDependencies: { a: { uri: 'u' } } }, 'serviceDependencies.a.uri" (did you mean "url"?)'],
    [{ serviceDependencies: { a: { url: 'u', header: {} } } },
      'serviceDependencies.a.header" (did you mean "headers"?)'],
    [{ listen: { port: 0, hots: 'x' } }, 'listen.hots" (did you mean "host"?)'],
    [{ shutdown: { delays: 5 } }, 'shutdown.delays" (did you mean "delay"?)'],
    [{ endpoints: { helth: false } }, 'endpoints.helth" (did you mean "health"?)'],
    [{ statusCodes: { degraded: 429 } }, 'statusCodes.degraded" (did you mean "DEGRADED"?)']
  ]
  for (const [options, beginning] of cases) {
    t.match(errorOf(() => readOptions(options)), { code: CODE })
    t.ok(errorOf(() => readOptions(options)).message.startsWith(`unknown option "${beginning}`), beginning)
  }
  t.end()
})

function errorOf (read: () => unknown): Error {
  try {
    read()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

await t.test('readSettings() throws for a top-level key that resembles an option', (t) => {
  const mistyped = {
    chekcs: 'checks',
    showComponent: 'showComponents',
    showcomponents: 'showComponents',
    authentication: 'auth',
    Auth: 'auth',
    autoCheck: 'autoChecks',
    prefx: 'prefix',
    shutDown: 'shutdown',
    check: 'checks',
    kind: 'kinds',
    endpoint: 'endpoints',
    information: 'info'
  }
  for (const [key, option] of Object.entries(mistyped)) {
    for (const options of [{ [key]: undefined }, Object.create({ [key]: 'never' })]) {
      t.throws(() => readOptions(options), {
        code: CODE,
        message: new RegExp(`^unknown option "${key}" \\(did you mean "${option}"\\?\\), expected one of prefix, name,`)
      }, key)
    }
  }
  t.end()
})

await t.test('readSettings() reports any other top-level key as unknown', (t) => {
  const others = [
    'autoload', 'autoHooks', 'cascadeHooks', 'prefixOverride', 'prefixTrailingSlash', 'bodyLimit', 'logger'
  ]
  t.same(readOptions(Object.fromEntries(others.map((key) => [key, true]))).unknown, others)
  t.same(readOptions(JSON.parse('{"__proto__":{}}')).unknown, ['__proto__'])
  t.same(readOptions(Object.create({ toJSON: () => 1 })).unknown, [])
  t.end()
})

await t.test('readSettings() does not report the options of Fastify\'s register()', (t) => {
  t.same(readOptions({ encapsulate: false, logSerializers: {}, [Symbol('x')]: 1 }).unknown, [])
  t.end()
})

await t.test('readSettings() accepts frozen options, options without a prototype, and inherited options', (t) => {
  const given = { prefix: '/a', kinds: ['canary'] }
  const withoutPrototype: object = Object.assign(Object.create(null) as object, given)
  for (const options of [Object.freeze(given), withoutPrototype, Object.create(given) as object]) {
    const { settings } = readOptions(options)
    t.equal(settings.prefix, '/a')
    t.ok([...settings.kinds].includes('canary'))
  }
  const checks = Object.create({ readiness: { db: 1 } }) as object
  t.same(readOptions(Object.create({ checks }) as object).settings.checks, [
    { kind: 'readiness', name: 'db', check: 1, options: {} }
  ])
  t.end()
})

await t.test('readSettings() throws the path of an option that is a getter that throws', (t) => {
  const broken = (key: string, more: object = {}): object =>
    Object.defineProperty(more, key, { enumerable: true, get () { throw new Error('not now') } })
  const cases: readonly [object, string][] = [
    [broken('kinds'), 'kinds'],
    [broken('auth'), 'auth'],
    [broken('serviceDependencies'), 'serviceDependencies'],
    [{ listen: broken('port') }, 'listen.port'],
    [{ checks: broken('readiness') }, 'checks.readiness'],
    [{ checks: { readiness: broken('db') } }, 'checks.readiness.db'],
    [{ checks: { readiness: { db: broken('check') } } }, 'checks.readiness.db.check'],
    [{ serviceDependencies: { a: broken('url') } }, 'serviceDependencies.a.url'],
    [{ serviceDependencies: { a: broken('headers') } }, 'serviceDependencies.a.headers'],
    [{ serviceDependencies: { a: { url: 'u', headers: broken('x') } } }, 'serviceDependencies.a.headers.x']
  ]
  for (const [options, path] of cases) {
    t.throws(() => readOptions(options), {
      code: CODE, message: `option "${path}" must be a readable value, got a getter that throws: not now`
    }, path)
  }
  t.end()
})

await t.test('a mistyped kind is rejected with the kind that it resembles', (t) => {
  const db = (): boolean => true
  const code = 'FST_MANAGEMENT_KIND_UNKNOWN'
  const message = /^unknown kind: got the string "readines" \(did you mean "readiness"\?\), expected one of liveness,/
  for (const checks of [{ readines: { db } }, { readines: db }]) {
    t.throws(() => readOptions({ checks }), { code, message })
  }
  for (const options of [{ autoChecks: ['readines'] }, { autoChecks: 'readines' }]) {
    t.throws(() => readOptions(options), { code, message })
  }
  const custom = { kinds: ['canary'], checks: { canry: { db } } }
  t.throws(() => readOptions(custom), { code, message: /did you mean "canary"/ })
  t.throws(() => readOptions({ checks: { db } }), { code, message: /^unknown kind: got the string "db", expected/ })
  t.end()
})

await t.test('prefix may start and end with slashes, or without', (t) => {
  const prefixOf = (prefix: string): string => readOptions({ prefix }).settings.prefix
  for (const prefix of ['/admin', 'admin', '/admin/', 'admin//', '//admin']) t.equal(prefixOf(prefix), '/admin', prefix)
  for (const prefix of ['/', '', '//']) t.equal(prefixOf(prefix), '/', prefix)
  t.equal(prefixOf('/a/b/:tenant'), '/a/b/:tenant')
  t.end()
})

await t.test('shutdown is off when it is false', (t) => {
  t.equal(readOptions({ shutdown: false }).settings.shutdown, undefined)
  t.end()
})

await t.test('shutdown has defaults, with the delay of a drain', (t) => {
  const defaults = { signals: ['SIGTERM', 'SIGINT'], delay: 0, timeout: 10_000, close: undefined }
  const unset = { signals: undefined, delay: undefined, timeout: undefined, close: undefined }
  for (const shutdown of [true, {}, unset]) {
    t.same(readOptions({ shutdown }).settings.shutdown, defaults)
    t.same(readOptions({ shutdown }, IN_KUBERNETES).settings.shutdown, { ...defaults, delay: 5_000 })
  }
  t.end()
})

await t.test('shutdown keeps the values of the app, and each signal once', (t) => {
  const shutdown = { signals: ['SIGQUIT'], delay: 0, timeout: 1, close: () => undefined }
  t.same(readOptions({ shutdown }, IN_KUBERNETES).settings.shutdown, shutdown)
  const { settings } = readOptions({ shutdown: { signals: ['SIGHUP', 'SIGTERM', 'SIGHUP'] } })
  t.same(settings.shutdown?.signals, ['SIGHUP', 'SIGTERM'])
  t.end()
})

await t.test('a drain waits 5 s in Kubernetes, and not at all elsewhere', (t) => {
  t.equal(readOptions({}, IN_KUBERNETES).settings.drainDelay, 5_000)
  for (const env of [{}, { KUBERNETES_SERVICE_HOST: '' }, { KUBERNETES_SERVICE_HOST: ' ' }]) {
    t.equal(readOptions({}, env).settings.drainDelay, 0)
  }
  t.end()
})

await t.test('version is the option, then VERSION, otherwise undefined', (t) => {
  t.equal(readOptions({ version: '2' }, { VERSION: '1.2.3' }).settings.version, '2')
  t.equal(readOptions({}, { VERSION: '1.2.3' }).settings.version, '1.2.3')
  t.equal(readOptions({}, { VERSION: ' ' }).settings.version, undefined)
  t.end()
})

await t.test('readSettings() accepts strings and objects for options with several forms', (t) => {
  const options = {
    name: 'shop',
    version: '1',
    showComponents: 'never',
    showDetails: 'always',
    info: { a: 1 },
    serviceInstanceId: 'i',
    logLevel: 'info'
  }
  t.match(readOptions(options).settings, options)
  t.end()
})

await t.test('readSettings() accepts functions for options with several forms, without calling them', (t) => {
  const call = (): never => { throw new Error('must not be called') }
  const options = { version: call, showComponents: call, showDetails: call, info: call, auth: [call, call] }
  t.match(readOptions(options).settings, options)
  t.same(readOptions({ auth: call }).settings.auth, [call])
  t.equal(readOptions({ serviceInstanceId: true }).settings.serviceInstanceId, true)
  t.end()
})

await t.test('statusCodes and endpoints change single entries', (t) => {
  const { settings } = readOptions({ statusCodes: { DEGRADED: 429, UP: undefined }, endpoints: { info: false } })
  t.same(settings.statusCodes, { DOWN: 503, OUT_OF_SERVICE: 503, DEGRADED: 429, UP: 200 })
  t.same(settings.endpoints, {
    info: false, version: true, health: true, history: true, ui: true, links: true, metrics: true
  })
  t.end()
})
