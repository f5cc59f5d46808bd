import { EventEmitter } from 'node:events'
import t from 'tap'
import type { ShutdownSignal } from '../../lib/index.js'
import { ProcessSignals, processSignals } from '../../lib/shutdown/process-signals.js'
import type { Member, SignalledProcess } from '../../lib/shutdown/process-signals.js'

/** A process that can be sent signals, and that notes how it exits. */
class FakeProcess extends EventEmitter implements SignalledProcess {
  readonly exits: (number | undefined)[] = []
  exitCode: number | undefined
  connected = false

  exit (): void {
    this.exits.push(this.exitCode)
  }

  /** How often each signal is hooked. */
  get hooks (): Record<string, number> {
    return Object.fromEntries(this.eventNames().map((name) => [String(name), this.listenerCount(name)]))
  }

  send (signal: ShutdownSignal): void {
    this.emit(signal, signal)
  }
}

/** An app that notes what it is told. */
class FakeMember implements Member {
  readonly signals: readonly ShutdownSignal[]
  readonly told: string[] = []

  constructor (...signals: ShutdownSignal[]) {
    this.signals = signals
  }

  receive (signal: ShutdownSignal, nth: number): void {
    this.told.push(`${nth} ${signal}`)
  }
}

function start (...members: Member[]): { process: FakeProcess, signals: ProcessSignals } {
  const process = new FakeProcess()
  const signals = new ProcessSignals(process)
  for (const member of members) signals.join(member)
  return { process, signals }
}

await t.test('only the signals of those who are there are hooked, each once', (t) => {
  const [first, second] = [new FakeMember('SIGTERM', 'SIGINT'), new FakeMember('SIGTERM', 'SIGHUP')]
  const { process, signals } = start()
  t.same(process.hooks, {})
  signals.join(first)
  t.same(process.hooks, { SIGTERM: 1, SIGINT: 1 })
  signals.join(second)
  t.same(process.hooks, { SIGTERM: 1, SIGINT: 1, SIGHUP: 1 })
  signals.leave(first)
  t.same(process.hooks, { SIGTERM: 1, SIGHUP: 1 })
  signals.leave(second)
  t.same(process.hooks, {})
  t.same(process.exits, [])
  t.end()
})

await t.test('who comes again after all have left is hooked again', (t) => {
  const member = new FakeMember('SIGTERM')
  const { process, signals } = start(member)
  signals.leave(member)
  signals.join(member)
  process.send('SIGTERM')
  t.same(member.told, ['1 SIGTERM'])
  t.end()
})

await t.test('a signal is told to all, whichever of them has hooked it, and the process exits once the last has left', (t) => {
  const [first, second] = [new FakeMember('SIGTERM'), new FakeMember('SIGINT')]
  const { process, signals } = start(first, second)
  process.send('SIGINT')
  t.same([first.told, second.told], [['1 SIGINT'], ['1 SIGINT']])
  signals.leave(second)
  t.same(process.exits, [])
  signals.leave(first)
  t.same(process.exits, [undefined])
  t.end()
})

await t.test('one that is not clean makes it exit with 1, and not before the others have left', (t) => {
  const [first, second] = [new FakeMember('SIGTERM'), new FakeMember('SIGTERM')]
  const { process, signals } = start(first, second)
  process.send('SIGTERM')
  signals.leave(first, false)
  t.same(process.exits, [])
  signals.leave(second)
  t.same(process.exits, [1])
  t.end()
})

await t.test('one that was not clean before there was a signal does not', (t) => {
  const [first, second] = [new FakeMember('SIGTERM'), new FakeMember('SIGTERM')]
  const { process, signals } = start(first, second)
  signals.leave(first, false)
  process.send('SIGTERM')
  signals.leave(second)
  t.same(process.exits, [undefined])
  t.end()
})

await t.test('who leaves twice has left once', (t) => {
  const [first, second] = [new FakeMember('SIGTERM'), new FakeMember('SIGTERM')]
  const { process, signals } = start(first, second)
  process.send('SIGTERM')
  signals.leave(first, false)
  signals.leave(first)
  signals.leave(second)
  signals.leave(second)
  t.same(process.exits, [1])
  t.end()
})

await t.test('a second signal is told, whichever it is, and a third makes the process exit with 1', (t) => {
  const member = new FakeMember('SIGTERM', 'SIGINT')
  const { process } = start(member)
  process.send('SIGTERM')
  process.send('SIGINT')
  t.same(process.exits, [])
  process.send('SIGTERM')
  t.same(member.told, ['1 SIGTERM', '2 SIGINT', '3 SIGTERM'])
  t.same(process.exits, [1])
  t.end()
})

await t.test('what is hooked stays hooked until the process has ended: the last to close is not to be cut off', (t) => {
  const [first, second] = [new FakeMember('SIGTERM'), new FakeMember('SIGINT')]
  const { process, signals } = start(first, second)
  process.send('SIGTERM')
  signals.leave(first)
  t.same(process.hooks, { SIGTERM: 1, SIGINT: 1 })
  t.end()
})

await t.test('who comes to listen while the others end is told what they were', (t) => {
  const [first, late] = [new FakeMember('SIGTERM'), new FakeMember('SIGTERM')]
  const { process, signals } = start(first)
  process.send('SIGTERM')
  process.send('SIGTERM')
  signals.join(late)
  t.same(late.told, ['1 SIGTERM', '2 SIGTERM'])
  signals.leave(first)
  t.same(process.exits, [])
  signals.leave(late)
  t.same(process.exits, [undefined])
  t.end()
})

await t.test('one that leaves while it is told is no stumbling block for the others', (t) => {
  const { process, signals } = start()
  const told: string[] = []
  const hasty: Member = { signals: ['SIGTERM'], receive: () => signals.leave(hasty) }
  signals.join(hasty)
  signals.join({ signals: ['SIGTERM'], receive: (signal) => told.push(signal) })
  process.send('SIGTERM')
  t.same(told, ['SIGTERM'])
  t.end()
})

await t.test('one that Node.js has started, and that is no worker of a cluster, exits in the same way', async (t) => {
  const member = new FakeMember('SIGTERM')
  const { process, signals } = start(member)
  process.connected = true
  process.send('SIGTERM')
  signals.leave(member)
  while (process.exits.length === 0) await new Promise((resolve) => setImmediate(resolve))
  t.same(process.exits, [undefined])
})

await t.test('those of this process are hooked at it', (t) => {
  const before = process.listenerCount('SIGHUP')
  const member = new FakeMember('SIGHUP')
  processSignals.join(member)
  t.equal(process.listenerCount('SIGHUP'), before + 1)
  processSignals.leave(member)
  t.equal(process.listenerCount('SIGHUP'), before)
  t.end()
})
