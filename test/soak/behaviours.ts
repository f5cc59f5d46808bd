import { setTimeout as sleep } from 'node:timers/promises'
import type { CheckContext, CheckFunction } from '../../lib/index.js'
import { SECRET } from './catalogue.js'
import type { Sort } from './catalogue.js'
import type { Call, RegisteredCheck } from './call-ledger.js'
import type { Switchboard } from './switchboard.js'

/** The data that a behaviour can read when its function is called. */
interface Scene {
  readonly name: string
  readonly context: CheckContext
  readonly switchboard: Switchboard
}

/** The behaviour of a check's function. It may return any value. */
type Behaviour = (call: Call, scene: Scene) => unknown

/** A late call settles after this number of steps. */
const LATE_STEPS = 5
const LATE_STEP_MS = 50

/** The number of failing runs before the app has warmed up. */
const COLD_RUNS = 10

/** Looks like a `Response` of `fetch()`. */
class Answer {
  readonly status = 200
  readonly ok = true
}

const BEHAVIOURS: Readonly<Record<Sort, Behaviour>> = {
  nothing: (call) => call.end(undefined),
  true: (call) => call.end(true),
  object: (call) => call.end({ status: 'UP', details: { call: call.number, password: SECRET } }),
  parts: (call) => call.end({ status: 'UP', components: { reader: { status: 'UP' }, writer: { status: 'DEGRADED' } } }),
  async: async (call) => {
    await Promise.resolve()
    call.end(undefined)
  },
  slow: async (call) => {
    await wait(1 + call.number % 3)
    call.end(undefined)
  },
  thenable: (call) => ({
    then: (resolve: (value: unknown) => void) => { queueMicrotask(() => resolve(call.end(true))) }
  }),
  obeys: async (call, { context: { signal } }) => {
    await sleep(1, undefined, { signal, ref: false })
    call.end(undefined)
  },
  logs: (call, { context: { log } }) => {
    log.debug({ call: call.number }, 'looked')
    call.end(undefined)
  },
  degraded: (call) => call.end({ status: 'DEGRADED' }),
  'out-of-service': (call) => call.end({ status: 'OUT_OF_SERVICE' }),
  throws: (call) => { throw call.end(new Error('thrown')) },
  rejects: (call) => Promise.reject(call.end(new Error('rejected'))),
  'rejects-slowly': async (call) => {
    await wait(2)
    throw call.end(new Error('rejected slowly'))
  },
  false: (call) => call.end(false),
  number: (call) => call.end(0),
  null: (call) => call.end(null),
  rows: (call) => call.end({ rows: [{ '?column?': 1 }], rowCount: 1 }),
  response: (call) => call.end(new Answer()),
  hangs: (call) => call.never(),
  'hangs-looking': (call, { context: { signal } }) => {
    const never = call.never()
    call.look(signal).addEventListener('abort', () => { void never }, { once: true })
    return never
  },
  'hangs-obediently': async (call, { context: { signal } }) => {
    try {
      await sleep(60_000, undefined, { signal: call.look(signal), ref: false })
    } finally {
      call.end(undefined)
    }
  },
  'late-pass': async (call) => {
    await waitTooLong()
    return call.end(true)
  },
  'late-fail': async (call) => {
    await waitTooLong()
    return call.end(false)
  },
  'late-reject': async (call) => {
    await waitTooLong()
    throw call.end(new Error('too late'))
  },
  flip: (call) => call.end(call.number % 2 === 1),
  'flip-async': async (call) => {
    await wait(1)
    if (call.number % 3 === 0) throw call.end(new Error('flipped'))
    return call.end({ status: call.number % 3 === 1 ? 'UP' : 'DEGRADED' })
  },
  'flip-hang': (call) => {
    if (call.number % 5 === 0) return call.never()
    if (call.number % 2 === 0) throw call.end(new Error('flipped'))
    return call.end(true)
  },
  flaky: (call) => call.end(call.number % 3 !== 0),
  'flaky-hang': (call) => call.number % 10 === 0 ? call.never() : call.end(true),
  seldom: (call) => call.end(call.number % 3 === 2),
  'warms-up': (call) => call.end(call.number > COLD_RUNS),
  switch: (call, { name, switchboard }) => call.end(!switchboard.isBroken(name)),
  // Reads the switch at the end: the result must not be older than a probe that joins the call.
  'switch-async': async (call, { name, switchboard }) => {
    await wait(1)
    return call.end(!switchboard.isBroken(name))
  },
  'switch-hang': async (call, { name, switchboard }) => {
    if (switchboard.isBroken(name)) await switchboard.mended(name)
    return call.end(true)
  },
  'switch-stuck': (call, { name, switchboard }) => switchboard.isBroken(name) ? call.never() : call.end(true)
}

/** Creates the function of a check. */
export function checkFunctionOf (registered: RegisteredCheck, switchboard: Switchboard): CheckFunction {
  const { name, sort } = registered.spec
  const behaviour = BEHAVIOURS[sort]
  return (context) => behaviour(registered.begin(), { name, context, switchboard }) as ReturnType<CheckFunction>
}

/** Waits without keeping the process alive, so that all timers left at the end belong to the engine. */
async function wait (delayMs: number): Promise<void> {
  await sleep(delayMs, undefined, { ref: false })
}

/** Waits in steps. If the event loop was blocked, the check's timeout fires before the next step. */
async function waitTooLong (): Promise<void> {
  for (let step = 0; step < LATE_STEPS; step += 1) await wait(LATE_STEP_MS)
}
