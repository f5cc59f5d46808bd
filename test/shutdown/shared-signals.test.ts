import { EventEmitter } from 'node:events'
import t from 'tap'
import { ProcessSignals } from '../../lib/shutdown/process-signals.js'
import type { SignalledApp, SignalledProcess } from '../../lib/shutdown/process-signals.js'
import { SHARED_SIGNALS, sharedSignals, sharing } from '../../lib/shutdown/shared-signals.js'
import type { SharedSignals, SignalsHost } from '../../lib/shutdown/shared-signals.js'
import { RecordingLog } from '../support/log.js'

class FakeProcess extends EventEmitter implements SignalledProcess {
  declare [SHARED_SIGNALS]?: unknown
  exitCode?: number
  exits = 0

  emitWarning = (): void => undefined

  exit (): void {
    this.exits += 1
  }
}

interface Copy {
  readonly log: RecordingLog
  readonly signals: SharedSignals
}

/** Loads the package once more into a process, for one app. */
function copyIn (process: FakeProcess, host: SignalsHost = process): Copy {
  const log = new RecordingLog()
  return { log, signals: sharedSignals(log, host, sharing(new ProcessSignals(process))) }
}

function app (received: string[] = []): SignalledApp {
  return { signals: ['SIGTERM'], onSignal: (signal, nth) => received.push(`${nth} ${signal}`) }
}

await t.test('two copies handle a signal once, and the process exits when the last app of both has left', (t) => {
  const process = new FakeProcess()
  const [first, second] = [copyIn(process), copyIn(process)]
  const received: string[] = []
  const [one, two] = [app(received), app(received)]
  first.signals.join(one)
  second.signals.join(two)
  t.equal(process.listenerCount('SIGTERM'), 1)
  process.emit('SIGTERM', 'SIGTERM')
  t.same(received, ['1 SIGTERM', '1 SIGTERM'])
  first.signals.leave(one)
  t.equal(process.exits, 0)
  second.signals.leave(two, false)
  t.same([process.exits, process.exitCode], [1, 1])
  t.same([...first.log.lines, ...second.log.lines], [])
  t.end()
})

await t.test('two apps of this copy share the signals of this process', (t) => {
  const before = process.listenerCount('SIGHUP')
  const apps = [app(), app()].map((app) => ({ ...app, signals: ['SIGHUP'] as const }))
  const signals = apps.map(() => sharedSignals(new RecordingLog()))
  apps.forEach((app, at) => signals[at]?.join(app))
  t.equal(process.listenerCount('SIGHUP'), before + 1)
  apps.forEach((app, at) => signals[at]?.leave(app))
  t.equal(process.listenerCount('SIGHUP'), before)
  t.end()
})

await t.test('a copy ignores fields that it does not know', (t) => {
  const process = new FakeProcess()
  const { join, leave } = sharing(new ProcessSignals(process))
  process[SHARED_SIGNALS] = { version: 9, join, leave, drain: () => { throw new Error('unknown') } }
  const received: string[] = []
  const { signals, log } = copyIn(process)
  const newer = Object.assign(app(received), { priority: 1, onDrain: () => { throw new Error('unknown') } })
  signals.join(newer)
  process.emit('SIGTERM', 'SIGTERM')
  signals.leave(newer)
  t.same(received, ['1 SIGTERM'])
  t.equal(process.exits, 1)
  t.same(log.lines, [])
  t.end()
})

const broken: readonly [string, unknown, string][] = [
  ['a number', 5, 'must have the methods join and leave, got the number 5'],
  ['null', null, 'must have the methods join and leave, got null'],
  ['an object without methods', { join: true }, 'must have the methods join and leave, got an object'],
  ['a join() that does nothing', { join: () => undefined, leave: () => undefined }, '.join() did not handle SIGTERM']
]

for (const [title, value, problem] of broken) {
  await t.test(`an app shuts down with its own copy, and warns, when other code has put ${title} there`, (t) => {
    const process = new FakeProcess()
    process[SHARED_SIGNALS] = value
    const received: string[] = []
    const { signals, log } = copyIn(process)
    const own = app(received)
    signals.join(own)
    process.emit('SIGTERM', 'SIGTERM')
    signals.leave(own)
    t.same(received, ['1 SIGTERM'])
    t.equal(process.exits, 1)
    t.match(log.lines, [{ level: 'warn' }])
    t.match(log.lines[0]?.message, problem)
    t.equal(process[SHARED_SIGNALS], value)
    t.end()
  })
}

await t.test('an app shuts down with its own copy when the name cannot be read or written, or join() throws', (t) => {
  const fail = (): never => { throw new Error('locked') }
  const listenerCount = (): number => 1
  const hosts: readonly SignalsHost[] = [
    { get [SHARED_SIGNALS] () { return fail() }, listenerCount },
    Object.freeze({ listenerCount }),
    { [SHARED_SIGNALS]: { join: fail, leave: fail }, listenerCount }
  ]
  for (const host of hosts) {
    const process = new FakeProcess()
    const { signals, log } = copyIn(process, host)
    const own = app()
    signals.join(own)
    process.emit('SIGTERM', 'SIGTERM')
    signals.leave(own)
    t.equal(process.exits, 1)
    t.equal(log.lines.length, 1)
  }
  t.end()
})

await t.test('an app that has closed logs an error when leave() of another copy throws', (t) => {
  const process = new FakeProcess()
  const leave = (): never => { throw new Error('gone') }
  const join = (): unknown => process.on('SIGTERM', () => undefined)
  process[SHARED_SIGNALS] = { join, leave }
  const { signals, log } = copyIn(process)
  const own = app()
  signals.join(own)
  signals.leave(own)
  t.match(log.lines, [{ level: 'error', err: { message: 'gone' } }])
  t.end()
})

await t.test('an app that leaves before it joins changes nothing', (t) => {
  const process = new FakeProcess()
  copyIn(process).signals.leave(app())
  t.equal(process.exits, 0)
  t.end()
})
