import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import t from 'tap'
import type { ProbeResult } from '../../../lib/probe/http-probe.js'
import { watch } from '../../../lib/probe/watch/watch.js'
import { ManualClock } from '../../support/clock.js'

const SHOP = 'http://shop/z/health'
const INTERVAL_MS = 1_000

interface Terminal {
  readonly columns: number
  readonly rows: number
}

/** A stream that records its output. */
class Recorder extends Writable {
  text = ''
  isTTY = false
  columns = 0
  rows = 0

  override _write (chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }

  /** Returns the output since the last call. */
  take (): string {
    const { text } = this
    this.text = ''
    return text
  }
}

function terminal ({ columns, rows }: Terminal = { columns: 80, rows: 24 }): Recorder {
  return Object.assign(new Recorder(), { isTTY: true, columns, rows })
}

interface Started {
  readonly clock: ManualClock
  readonly stdout: Recorder
  readonly signals: EventEmitter
  readonly ending: Promise<0 | 1>
  /** Replaces the answers, and waits for the next round. */
  readonly next: (...answers: readonly Answer[]) => Promise<string>
  /** Sends a signal, and returns the exit code. */
  readonly end: (signal?: 'SIGINT' | 'SIGTERM') => Promise<0 | 1>
}

interface Options {
  readonly json?: boolean
  readonly env?: NodeJS.ProcessEnv
}

type Answer = object | string | ProbeResult

function resultOf (answer: Answer): ProbeResult {
  if (typeof answer === 'object' && 'passed' in answer) return answer
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer)
  return { passed: true, statusCode: 200, body }
}

/** Starts a watch of one app for each answer. */
async function start (
  answers: readonly (Answer | undefined)[], stdout: Recorder, { json = false, env = {} }: Options = {}
): Promise<Started> {
  const clock = new ManualClock()
  const signals = new EventEmitter()
  const urls = answers.map((_answer, at) => new URL(at === 0 ? SHOP : `http://other${at}/z`))
  let current = answers
  const probe = async (url: URL): Promise<ProbeResult> => {
    const answer = current[urls.indexOf(url)]
    return answer === undefined ? await new Promise(() => undefined) : resultOf(answer)
  }
  const ending = watch({ urls, json, intervalMs: INTERVAL_MS }, { probe, clock, stdout, env, signals })
  await clock.pass(0)
  return {
    clock,
    stdout,
    signals,
    ending,
    async next (...next) {
      current = next
      stdout.take()
      await clock.pass(INTERVAL_MS)
      return stdout.take()
    },
    async end (signal = 'SIGINT') {
      signals.emit(signal)
      return await ending
    }
  }
}

const failed = (statusCode: number | undefined, reason: string, body = ''): ProbeResult =>
  ({ passed: false, reason, fault: 'status', statusCode, body })

const up = {
  status: 'UP',
  components: { db: { status: 'UP' }, cache: { status: 'UP', components: { a: { status: 'UP' } } } }
}
const down = {
  status: 'DOWN',
  components: {
    db: {
      status: 'DOWN', details: { error: 'connect ECONNREFUSED' }, since: '1970-01-01T00:00:00.500Z', durationMs: 3.4
    },
    cache: { status: 'UP' }
  }
}

/** Returns the visible lines of the last frame on a terminal. */
function frameOf (output: string): readonly string[] {
  const frame = output.slice(output.lastIndexOf('\u001b[H') + 3)
  // eslint-disable-next-line no-control-regex -- the escape sequences that the watch writes
  return frame.replace(/\u001b\[[\d?]*[a-zA-Z]/g, '').split('\n').filter((line) => line !== '')
}

await t.test('watch() prints one line for each change into a pipe', async (t) => {
  const { stdout, next, end } = await start([up], new Recorder())
  t.equal(stdout.take(), ['', 'db ', 'cache ', 'cache/a ']
    .map((name) => `1970-01-01T00:00:00.000Z ${SHOP} ${name}UP\n`).join(''))
  t.equal(await next(up), '', 'no change')
  const time = '1970-01-01T00:00:02.000Z'
  t.equal(await next(failed(503, 'answered 503', JSON.stringify(down))), [
    `${time} ${SHOP} DOWN (was UP)`,
    `${time} ${SHOP} db DOWN (was UP): connect ECONNREFUSED`,
    `${time} ${SHOP} cache/a gone (was UP)`, ''
  ].join('\n'))
  t.equal(await next(failed(undefined, 'no answer within 5 ms')),
    `1970-01-01T00:00:03.000Z ${SHOP} FAIL (was DOWN): no answer within 5 ms\n`)
  t.match(await next(down), ` ${SHOP} DOWN (was FAIL)\n`, 'the components have not changed')
  t.equal(await end(), 0)
})

await t.test('watch() returns 1 if the last probe of a URL has failed, or has not ended', async (t) => {
  const failing = await start([up, failed(503, 'answered 503')], new Recorder())
  t.equal(await failing.end('SIGTERM'), 1)
  t.equal(failing.clock.waiting, 0, 'no timer is left')
  t.equal(failing.signals.listenerCount('SIGTERM'), 0)
  const hanging = await start([up], new Recorder())
  await hanging.next()
  t.equal(await hanging.end(), 0, 'the last answer counts')
})

await t.test('watch() ends when the reader has gone', async (t) => {
  const broken = Object.assign(new Recorder(), {
    _write: (_chunk: Buffer, _encoding: string, done: (error: Error) => void) => done(new Error('write EPIPE'))
  })
  t.equal(await (await start([up], broken)).ending, 0)
})

await t.test('watch() ends while a probe or a write hangs', async (t) => {
  const stuck = Object.assign(new Recorder(), { _write: () => undefined })
  t.equal(await (await start([up], stuck)).end(), 0)
  let answer: (result: ProbeResult) => void = () => undefined
  const probe = async (): Promise<ProbeResult> => await new Promise((resolve) => { answer = resolve })
  const [signals, stdout, clock] = [new EventEmitter(), new Recorder(), new ManualClock()]
  const options = { urls: [new URL(SHOP)], json: false, intervalMs: 1 }
  const ending = watch(options, { probe, clock, stdout, env: {}, signals })
  signals.emit('SIGINT')
  t.equal(await ending, 1)
  answer(resultOf(up))
  await clock.pass(10)
  t.equal(stdout.take(), '', 'a late answer is not printed')
})

await t.test('watch() prints one JSON document for each probe with --json, also on a terminal', async (t) => {
  const { stdout, next, end } = await start([up, 'ok'], terminal(), { json: true })
  const documents = (text: string): unknown[] => text.trim().split('\n').map((line) => JSON.parse(line) as unknown)
  t.match(documents(stdout.take()), [{ url: SHOP, status: 'UP', passed: true }, { url: 'http://other1/z', body: 'ok' }])
  t.equal(documents(await next(up, 'ok')).length, 2)
  t.equal(await end(), 0)
})

await t.test('watch() shows the components on a terminal, and marks changes with the time', async (t) => {
  const { stdout, next, end } = await start([up, failed(401, 'answered 401')], terminal({ columns: 100, rows: 30 }))
  const first = stdout.take()
  t.ok(first.startsWith('\u001b[?1049h\u001b[?25l\u001b[?7l'))
  t.match(frameOf(first), [
    /^management-probe {2}\d\d:\d\d:\d\d {2}every 1 s {2}Ctrl\+C ends$/,
    `  ${SHOP}  UP  200  0 ms`,
    /^ {4}db {7}UP +$/,
    /^ {4}cache {4}UP +$/,
    /^ {4}cache\/a {2}UP +$/,
    '  http://other1/z  FAIL  401  0 ms  answered 401'
  ])
  const changed = await next(down, 'ok')
  t.match(frameOf(changed), [
    /every/,
    /^\* http:\/\/shop\/z\/health {2}DOWN {2}200 {2}0 ms {2}for 0 s {2}was UP until \d\d:\d\d:\d\d$/,
    /^\* {3}db {5}DOWN {12}3 ms {2}for 1 s {2}was UP until \d\d:\d\d:\d\d {2}connect ECONNREFUSED$/,
    /^ {4}cache {2}UP +$/,
    /^\* http:\/\/other1\/z {2}PASS {2}200 {2}0 ms {2}for 0 s {2}was FAIL until .* ok$/
  ])
  t.match(changed, '\u001b[7mDOWN\u001b[0m')
  for (let round = 0; round < 16; round++) await next(down, 'ok')
  const later = await next(down, 'ok')
  t.match(frameOf(later)[2], /^ {4}db {5}DOWN {12}3 ms {2}for 18 s {2}was UP until/)
  t.match(later, '\u001b[31mDOWN\u001b[0m')
  stdout.take()
  t.equal(await end(), 0)
  t.ok(stdout.take().startsWith('\u001b[?7h\u001b[?25h\u001b[?1049lmanagement-probe '), 'restores the terminal')
})

await t.test('watch() shows the worst components if a terminal is too small, and adapts to a new size', async (t) => {
  const names = Array.from({ length: 50 }, (_, at) => [`c${at}`, { status: at === 40 ? 'DEGRADED' : 'UP' }] as const)
  const many = { status: 'DOWN', components: { ...Object.fromEntries(names), ill: { status: 'OUT_OF_SERVICE' } } }
  const { stdout, end } = await start([many, undefined], terminal({ columns: 30, rows: 12 }))
  const shown = frameOf(stdout.take())
  t.same(shown.slice(1).map((line) => line.trim()), [
    'http://shop/z/health  DOWN …', 'ill  OUT_OF_SERVICE', 'c40  DEGRADED', '... 49 more', 'http://other1/z  no answer…'
  ])
  t.ok(shown.length < 12)
  Object.assign(stdout, { rows: 60, columns: 8 })
  stdout.emit('resize')
  const lines = frameOf(stdout.take())
  t.ok(lines.length > 50)
  t.same(lines.filter((line) => line.length > 8), [])
  await end()
  t.equal(stdout.listenerCount('resize'), 0)
})

function nested (levels: number): object {
  return { status: 'UP', ...(levels > 0 && { components: { part: nested(levels - 1) } }) }
}

await t.test('watch() shows hostile texts as one line of text', async (t) => {
  const hostile = {
    status: 'UP\u001b[2J',
    components: {
      'a\u001b[2J\r\n\u202eb': { status: { x: 1 }, details: { error: { a: 1 } }, since: 'tomorrow', durationMs: '5' },
      '': { status: 'DOWN', details: { reason: 'x\u009b31m' } },
      deep: nested(20),
      bad: 1,
      unread: { status: 'UP' }
    }
  }
  const { stdout, end } = await start([hostile], new Recorder())
  const prefix = `1970-01-01T00:00:00.000Z ${SHOP} `
  const parts = Array.from({ length: 6 }, (_, at) => `deep${'/part'.repeat(at)} UP`)
  t.same(stdout.take().split('\n').map((line) => line.replace(prefix, '')), [
    'UP\\u{1b}[2J', 'a\\u{1b}[2J \\u{202e}b UNKNOWN: {"a":1}', '(no name) DOWN: x\\u{9b}31m', ...parts, ''
  ])
  await end()
})

await t.test('watch() reads at most 1,000 components', async (t) => {
  const components = Object.fromEntries(Array.from({ length: 1_500 }, (_, at) => [`c${at}`, { status: 'UP' }]))
  const { stdout, end } = await start([{ status: 'UP', components }], new Recorder())
  t.equal(stdout.take().trim().split('\n').length, 1_001)
  await end()
})

await t.test('watch() colors as NO_COLOR, FORCE_COLOR and the terminal demand', async (t) => {
  const cases: readonly [NodeJS.ProcessEnv, Recorder, boolean][] = [
    [{}, new Recorder(), false],
    [{}, terminal(), true],
    [{ NO_COLOR: '1' }, terminal(), false],
    [{ NO_COLOR: '' }, terminal(), true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, new Recorder(), true],
    [{ FORCE_COLOR: '0' }, terminal(), false],
    [{ TERM: 'dumb' }, terminal(), false]
  ]
  for (const [env, stdout, isColored] of cases) {
    const { end } = await start([down], stdout, { env })
    t.equal(stdout.take().includes('\u001b[31m'), isColored, JSON.stringify(env))
    await end()
  }
})

await t.test('watch() shows how long a status lasts', async (t) => {
  const since = (time: number): object => ({ status: 'UP', since: new Date(time).toISOString() })
  const ages = { s: 59_000, min: 61_000, h: 7_300_000, d: 200_000_000, future: -5_000 }
  const components = Object.fromEntries(Object.entries(ages).map(([name, age]) => [name, since(-age)]))
  const unanswered = failed(undefined, 'no answer within 5 ms')
  const answers = [{ status: 'DEGRADED', components }, unanswered]
  const { stdout, end } = await start(answers, terminal({ columns: 0, rows: 0 }))
  t.same(frameOf(stdout.take()).slice(2).map((line) => line.replace(/ +/g, ' ').trim()), [
    's UP for 59 s', 'min UP for 1 min', 'h UP for 2 h', 'd UP for 2 d', 'future UP for 0 s',
    'http://other1/z FAIL 0 ms no answer within 5 ms'
  ])
  await end()
})
