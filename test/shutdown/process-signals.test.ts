import { EventEmitter } from 'node:events'
import t from 'tap'
import type { ShutdownSignal } from '../../lib/index.js'
import { ProcessSignals } from '../../lib/shutdown/process-signals.js'
import type { SignalledApp, SignalledProcess } from '../../lib/shutdown/process-signals.js'

/** A process that receives signals from the test and records the exit code of each `exit()`. */
class FakeProcess extends EventEmitter implements SignalledProcess {
  readonly exits: (number | undefined)[] = []
  readonly warnings: string[] = []
  exitCode: number | undefined
  connected = false

  exit (): void {
    this.exits.push(this.exitCode)
  }

  emitWarning (warning: string): void {
    this.warnings.push(warning)
  }

  /** The number of handlers for each signal. */
  get handlers (): Record<string, number> {
    return Object.fromEntries(this.eventNames().map((name) => [String(name), this.listenerCount(name)]))
  }

  send (signal: ShutdownSignal): void {
    this.emit(signal, signal)
  }
}

/** An app that records the signals it receives. */
class FakeApp implements SignalledApp {
  readonly signals: readonly ShutdownSignal[]
  readonly received: string[] = []

  constructor (...signals: ShutdownSignal[]) {
    this.signals = signals
  }

  onSignal (signal: ShutdownSignal, nth: number): void {
    this.received.push(`${nth} ${signal}`)
  }
}

function start (...apps: SignalledApp[]): { process: FakeProcess, signals: ProcessSignals } {
  const process = new FakeProcess()
  const signals = new ProcessSignals(process)
  for (const app of apps) signals.join(app)
  return { process, signals }
}

await t.test('join() adds one handler for each signal that an app lists, and leave() removes unused handlers', (t) => {
  const [first, second] = [new FakeApp('SIGTERM', 'SIGINT'), new FakeApp('SIGTERM', 'SIGHUP')]
  const { process, signals } = start()
  t.same(process.handlers, {})
  signals.join(first)
  t.same(process.handlers, { SIGTERM: 1, SIGINT: 1 })
  signals.join(second)
  t.same(process.handlers, { SIGTERM: 1, SIGINT: 1, SIGHUP: 1 })
  signals.leave(first)
  t.same(process.handlers, { SIGTERM: 1, SIGHUP: 1 })
  signals.leave(second)
  t.same(process.handlers, {})
  t.same(process.exits, [])
  t.end()
})

await t.test('an app that joins again after all apps have left receives signals again', (t) => {
  const app = new FakeApp('SIGTERM')
  const { process, signals } = start(app)
  signals.leave(app)
  signals.join(app)
  process.send('SIGTERM')
  t.same(app.received, ['1 SIGTERM'])
  t.end()
})

await t.test('a signal that one app lists reaches all apps, and the process exits when the last app has left', (t) => {
  const [first, second] = [new FakeApp('SIGTERM'), new FakeApp('SIGINT')]
  const { process, signals } = start(first, second)
  process.send('SIGINT')
  t.same([first.received, second.received], [['1 SIGINT'], ['1 SIGINT']])
  signals.leave(second)
  t.same(process.exits, [])
  signals.leave(first)
  t.same(process.exits, [undefined])
  t.end()
})

await t.test('the process exits with 1 when an app left uncleanly, but only after the other apps have left', (t) => {
  const [first, second] = [new FakeApp('SIGTERM'), new FakeApp('SIGTERM')]
  const { process, signals } = start(first, second)
  process.send('SIGTERM')
  signals.leave(first, false)
  t.same(process.exits, [])
  signals.leave(second)
  t.same(process.exits, [1])
  t.end()
})

await t.test('an app that left uncleanly before the first signal does not change the exit code', (t) => {
  const [first, second] = [new FakeApp('SIGTERM'), new FakeApp('SIGTERM')]
  const { process, signals } = start(first, second)
  signals.leave(first, false)
  process.send('SIGTERM')
  signals.leave(second)
  t.same(process.exits, [undefined])
  t.end()
})

await t.test('leave() has no effect when it is called again for the same app', (t) => {
  const [first, second] = [new FakeApp('SIGTERM'), new FakeApp('SIGTERM')]
  const { process, signals } = start(first, second)
  process.send('SIGTERM')
  signals.leave(first, false)
  signals.leave(first)
  signals.leave(second)
  signals.leave(second)
  t.same(process.exits, [1])
  t.end()
})

await t.test('an app receives a different second signal, and the third signal makes the process exit with 1', (t) => {
  const app = new FakeApp('SIGTERM', 'SIGINT')
  const { process } = start(app)
  process.send('SIGTERM')
  process.send('SIGINT')
  t.same(process.exits, [])
  process.send('SIGTERM')
  t.same(app.received, ['1 SIGTERM', '2 SIGINT', '3 SIGTERM'])
  t.same(process.exits, [1])
  t.end()
})

await t.test('handlers stay after the first signal, so that no later signal kills an app that still closes', (t) => {
  const [first, second] = [new FakeApp('SIGTERM'), new FakeApp('SIGINT')]
  const { process, signals } = start(first, second)
  process.send('SIGTERM')
  signals.leave(first)
  t.same(process.handlers, { SIGTERM: 1, SIGINT: 1 })
  t.end()
})

await t.test('an app that joins during shutdown receives the signals sent so far', (t) => {
  const [first, late] = [new FakeApp('SIGTERM'), new FakeApp('SIGTERM')]
  const { process, signals } = start(first)
  process.send('SIGTERM')
  process.send('SIGTERM')
  signals.join(late)
  t.same(late.received, ['1 SIGTERM', '2 SIGTERM'])
  signals.leave(first)
  t.same(process.exits, [])
  signals.leave(late)
  t.same(process.exits, [undefined])
  t.end()
})

await t.test('all other apps receive the signal when an app leaves in its onSignal()', (t) => {
  const { process, signals } = start()
  const received: string[] = []
  const hasty: SignalledApp = { signals: ['SIGTERM'], onSignal: () => signals.leave(hasty) }
  signals.join(hasty)
  signals.join({ signals: ['SIGTERM'], onSignal: (signal) => received.push(signal) })
  process.send('SIGTERM')
  t.same(received, ['SIGTERM'])
  t.end()
})

await t.test('a process with an IPC channel exits too when it is not a cluster worker', async (t) => {
  const app = new FakeApp('SIGTERM')
  const { process, signals } = start(app)
  process.connected = true
  process.send('SIGTERM')
  signals.leave(app)
  while (process.exits.length === 0) await new Promise((resolve) => setImmediate(resolve))
  t.same(process.exits, [undefined])
})

await t.test('the other apps shut down, and the exit code is 1, when an app throws in its onSignal()', (t) => {
  const { process, signals } = start()
  const fail = (): never => { throw new Error('no lifecycle') }
  const app = new FakeApp('SIGTERM')
  for (const joined of [{ signals: ['SIGTERM'] as const, onSignal: fail }, app]) signals.join(joined)
  process.send('SIGTERM')
  t.same(app.received, ['1 SIGTERM'])
  t.same(process.warnings, ['an app cannot shut down at SIGTERM: no lifecycle'])
  signals.leave(app)
  t.same(process.exits, [1])
  t.end()
})

await t.test('an app that cannot join does not delay the exit', (t) => {
  const app = new FakeApp('SIGTERM')
  const { process, signals } = start(app)
  t.throws(() => signals.join({ signals: 5, onSignal: () => undefined } as never))
  process.send('SIGTERM')
  signals.leave(app)
  t.same(process.exits, [undefined])
  t.end()
})
