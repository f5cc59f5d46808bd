import { EventEmitter } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { PassThrough, Writable } from 'node:stream'
import t from 'tap'
import { run } from '../../lib/probe/command.js'
import { listen, refusingPort } from '../support/loopback.js'

type Test = Pick<typeof t, 'teardown'>

const USAGE = 'usage: management-probe [--watch] URL... [--json] [--timeout MS] [--interval MS] [--unix-socket PATH]\n'

interface RunOutput {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

async function runWith (...args: readonly string[]): Promise<RunOutput> {
  const [stdout, stderr] = [new PassThrough({ encoding: 'utf8' }), new PassThrough({ encoding: 'utf8' })]
  const exitCode = await run(args, { stdout, stderr })
  return { exitCode, stdout: readFrom(stdout), stderr: readFrom(stderr) }
}

function readFrom (stream: PassThrough): string {
  return (stream.read() as string | null) ?? ''
}

async function startServer (test: Test, listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(test, createServer(listener))}/z/health/liveness`
}

function answering (status: number, body: string): RequestListener {
  return (_request, response) => response.writeHead(status).end(body)
}

await t.test('run() returns 1 and prints the reason in one line when the server refuses the connection', async (t) => {
  const url = `http://127.0.0.1:${await refusingPort()}/z`
  const stderr = `management-probe: GET ${url} failed: connect ECONNREFUSED ${new URL(url).host}\n`
  t.same(await runWith(url), { exitCode: 1, stdout: '', stderr })
})

await t.test('run() returns 1 and prints the status code and the body when the probe fails', async (t) => {
  const url = await startServer(t, answering(503, '{\n  "status": "DOWN"\n}\n'))
  const stderr = `management-probe: GET ${url} failed: answered 503, expected 200 to 399: { "status": "DOWN" }\n`
  t.same(await runWith(url), { exitCode: 1, stdout: '', stderr })
  const empty = await startServer(t, answering(404, ''))
  t.same(await runWith(empty), {
    exitCode: 1,
    stdout: '',
    stderr: `management-probe: GET ${empty} failed: answered 404, expected 200 to 399\n`
  })
})

await t.test('run() returns 1 and refuses a long row of short options', async (t) => {
  const { exitCode, stderr } = await runWith(`-${'a'.repeat(100)}`)
  t.equal(exitCode, 1)
  t.match(stderr, /expected short options of at most 100 characters/)
})

await t.test('run() returns 1 and prints the timeout when no answer arrives within --timeout', async (t) => {
  const url = await startServer(t, () => undefined)
  for (const args of [['--timeout', '150'], ['--timeout=150']]) {
    const stderr = `management-probe: GET ${url} failed: no answer within 150 ms\n`
    t.same(await runWith(url, ...args), { exitCode: 1, stdout: '', stderr })
  }
})

await t.test('run() returns 1 after 600 ms without --timeout, before the kubelet ends the command', async (t) => {
  const url = await startServer(t, () => undefined)
  const stderr = `management-probe: GET ${url} failed: no answer within 600 ms\n`
  t.same(await runWith(url), { exitCode: 1, stdout: '', stderr })
})

await t.test('run() returns 0 and prints the body, like `curl -f`, when the probe passes', async (t) => {
  const url = await startServer(t, answering(200, '{"status":"UP"}'))
  t.same(await runWith(url), { exitCode: 0, stdout: '{"status":"UP"}\n', stderr: '' })
  t.same(await runWith('--timeout=2147483647', '--', url), { exitCode: 0, stdout: '{"status":"UP"}\n', stderr: '' })
  t.same(await runWith(await startServer(t, answering(200, ''))), { exitCode: 0, stdout: '', stderr: '' })
})

await t.test('run() sends the user agent of a Kubernetes probe', async (t) => {
  const url = await startServer(t, ({ headers }, response) => response.end(headers['user-agent']))
  t.match(await runWith(url), { stdout: /^kube-probe\/\d+\.\d+ \(management-probe\)\n$/ })
})

await t.test('run() escapes control characters of a body and joins its lines', async (t) => {
  const hostile = '\u001b[2J\u001b]0;title\u0007 down\r\nERROR forged\u2028line\u009b31m \u202eevil\u0000\u007f 😀 grün'
  const printed = '\\u{1b}[2J\\u{1b}]0;title\\u{7} down ERROR forged line\\u{9b}31m \\u{202e}evil\\u{0}\\u{7f} 😀 grün'
  const failing = await startServer(t, answering(500, hostile))
  const reason = 'answered 500, expected 200 to 399'
  t.equal((await runWith(failing)).stderr, `management-probe: GET ${failing} failed: ${reason}: ${printed}\n`)
  t.equal((await runWith(await startServer(t, answering(200, hostile)))).stdout, `${printed}\n`)
})

await t.test('run() truncates a long body, but not the reason', async (t) => {
  const { stderr } = await runWith(await startServer(t, answering(500, 'x'.repeat(20_000))))
  t.match(stderr, /answered 500, expected 200 to 399: x{1000,2000}…\n$/)
  const { stdout } = await runWith(await startServer(t, answering(200, 'x'.repeat(20_000))))
  t.match(stdout, /^x{2000}…\n$/)
})

await t.test('run() truncates a long URL, redacts its password and still prints the reason', async (t) => {
  const url = await startServer(t, answering(500, ''))
  const { stderr } = await runWith(`${url.replace('127', 'probe:hidden@127')}?${'x'.repeat(5_000)}`)
  const host = /^management-probe: GET http:\/\/\[REDACTED\]@127\.0\.0\.1:\d+\//
  t.match(stderr, host)
  t.match(stderr.replace(host, ''), /^z\/health\/livenes{2}\?x+… failed: answered 500/)
  t.notMatch(stderr, 'hidden')
})

await t.test('run() returns 1 and prints the wrong value, the expected value and the usage', async (t) => {
  const url = 'http://127.0.0.1:1/'
  const wrongUrls = [
    '',
    '127.0.0.1:3000/z',
    'localhost:3000/z',
    'ftp://h/',
    'file:///etc/passwd',
    'http://',
    'http:/h',
    'http://h:70000/',
    '\u001b[31m'
  ]
  const expectedUrl = 'expected a URL that begins with http:// or https://, got the string'
  const wrongTimeouts = [
    '0', '-1', '1.5', '1e3', '0x10', ' 5', '', '500ms', '2147483648', '9'.repeat(60), 'NaN', 'Infinity'
  ]
  const expectedTimeout = 'expected --timeout to be a whole number of milliseconds from 1 to 2147483647, got the string'
  const expectedInterval = expectedTimeout.replace('timeout', 'interval').replace('from 1', 'from 100')
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], 'expected a URL, got none'],
    [['--timeout', '5'], 'expected a URL, got none'],
    [[url, url], 'expected one URL, got 2; for several, pass --watch'],
    [[url, '5', '6'], 'expected one URL, got 3; for several, pass --watch'],
    ...wrongUrls.map((wrong) => [[wrong], `${expectedUrl} ${JSON.stringify(wrong)}`] as const),
    [['http://user:hidden@h:x/'], `${expectedUrl} "http://[REDACTED]@h:x/"`],
    ...wrongTimeouts.map((wrong) => [[url, `--timeout=${wrong}`], `${expectedTimeout} "${wrong}"`] as const),
    [[url, `--timeout=${'9'.repeat(400)}`], `${expectedTimeout} "${'9'.repeat(60)}…"`],
    [[url, '--unix-socket', ''], 'expected --unix-socket to be a path, got the string ""'],
    [[url, '--interval', '500'], 'expected --interval only together with --watch'],
    [['--watch'], 'expected a URL, got none'],
    [['--watch', url, 'h'], `${expectedUrl} "h"`],
    [['--watch', url, '--interval=99'], `${expectedInterval} "99"`],
    [[url, '--unix-socket= '], 'expected --unix-socket to be a path, got the string " "']
  ]
  for (const [args, message] of cases) {
    const stderr = `management-probe: ${message}\n${USAGE}`
    t.same(await runWith(...args), { exitCode: 1, stdout: '', stderr }, args.join(' '))
  }
})

await t.test('run() returns 1 and prints the usage when a flag is unknown or lacks its value', async (t) => {
  const cases: readonly [readonly string[], RegExp][] = [
    [['http://h/', '--tiemout', '5'], /^management-probe: Unknown option '--tiemout'/],
    [['-f', 'http://h/'], /^management-probe: Unknown option '-f'/],
    [['http://h/', '--timeout'], /^management-probe: Option '--timeout <value>' argument missing/],
    [['http://h/', '--timeout', '-5'], /^management-probe: Option '--timeout' argument is ambiguous/],
    [['http://h/', '--help=no'], /^management-probe: Option '-h, --help' does not take an argument/],
    [['http://h/', '--\u001b[2J'], /^management-probe: Unknown option '--\\u\{1b\}\[2J'/]
  ]
  for (const [args, message] of cases) {
    const { exitCode, stdout, stderr } = await runWith(...args)
    t.same({ exitCode, stdout }, { exitCode: 1, stdout: '' }, args.join(' '))
    t.match(stderr, message)
    t.equal(stderr.slice(stderr.indexOf('\n') + 1), USAGE, 'the message is one line')
  }
})

await t.test('run() returns 0 and prints the usage for --help, also with wrong arguments', async (t) => {
  for (const args of [['--help'], ['-h'], ['--help', 'no URL', '--timeout=x']]) {
    const { exitCode, stdout, stderr } = await runWith(...args)
    t.same({ exitCode, stderr }, { exitCode: 0, stderr: '' })
    t.ok(stdout.startsWith(USAGE))
    t.match(stdout, /--timeout MS {3}.*default 600/)
  }
})

await t.test('run() prints one line of JSON on standard output for --json, also when the probe fails', async (t) => {
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/
  const down = await startServer(t, answering(503, '{"status":"DOWN","n":[1]}'))
  const failing = await runWith('--json', down)
  t.same([failing.exitCode, failing.stderr], [1, ''])
  t.match(failing.stdout, /^\{.*\}\n$/)
  t.match(JSON.parse(failing.stdout), {
    time,
    url: down,
    passed: false,
    status: 'DOWN',
    code: 503,
    durationMs: Number,
    error: 'answered 503, expected 200 to 399',
    body: { status: 'DOWN', n: [1] }
  })
  const passing = await runWith('--json', await startServer(t, answering(200, '{"status":"UP"}')))
  t.equal(passing.exitCode, 0)
  t.same(Object.keys(JSON.parse(passing.stdout) as object),
    ['time', 'url', 'passed', 'status', 'code', 'durationMs', 'body'])
  const refused = await runWith('--json', `http://127.0.0.1:${await refusingPort()}/`)
  t.same(Object.keys(JSON.parse(refused.stdout) as object), ['time', 'url', 'passed', 'durationMs', 'error'])
})

await t.test('run() reads a long body for --json', async (t) => {
  const names = Array.from({ length: 1_000 }, (_, at) => `check-${at}-of-a-long-name`)
  const components = Object.fromEntries(names.map((name) => [name, { status: 'UP' }]))
  const url = await startServer(t, answering(200, JSON.stringify({ status: 'UP', components })))
  t.match(JSON.parse((await runWith('--json', url)).stdout), { body: { components } })
})

await t.test('run() watches until a signal, and returns 1 if a probe has failed last', async (t) => {
  const url = await startServer(t, answering(503, '{"status":"DOWN"}'))
  const good = await startServer(t, answering(200, '{"status":"UP"}'))
  for (const [urls, expected] of [[[url, good], 1], [[good], 0]] as const) {
    const stdout = new PassThrough({ encoding: 'utf8' })
    const signals = new EventEmitter()
    const ending = run(['--watch', ...urls], { stdout, stderr: stdout }, { env: {}, signals })
    let printed = ''
    for await (const chunk of stdout) {
      printed += String(chunk)
      if (printed.split('\n').length > urls.length) break
    }
    signals.emit('SIGINT')
    t.equal(await ending, expected)
    t.match(printed, `${urls[0]} ${expected === 1 ? 'DOWN' : 'UP'}\n`)
  }
})

await t.test('run() returns the exit code of the probe when the output is closed', async (t) => {
  const [passing, failing] = [await startServer(t, answering(200, 'up')), await startServer(t, answering(500, 'down'))]
  const error = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  const closed = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done(error) })
  t.equal(await run([passing], { stdout: closed(), stderr: closed() }), 0)
  t.equal(await run([failing], { stdout: closed(), stderr: closed() }), 1)
  const destroyed = new PassThrough().destroy()
  t.equal(await run([passing], { stdout: destroyed, stderr: destroyed }), 0)
})

await t.test('run() returns when the output has no reader', async (t) => {
  const stuck = new Writable({ write: () => undefined })
  t.equal(await run([await startServer(t, answering(200, 'up'))], { stdout: stuck, stderr: stuck }), 0)
})
