import t from 'tap'
import { findBlocker } from '../../../../lib/observe/thread/worker/blocker.js'
import type { MainThreadSession } from '../../../../lib/observe/thread/worker/blocker.js'

const SCRIPTS = [
  { scriptId: '1', url: 'node:internal/timers' },
  { scriptId: '2', url: 'file:///app/node_modules/fastify-management-endpoints/dist/shared/core.cjs' },
  { scriptId: '3', url: 'file:///app/lib/csv.js' },
  { scriptId: '4', url: 'webpack://app/main.js' }
]

/** A session with a main thread that pauses in these scripts when it is told to. */
class FakeSession implements MainThreadSession {
  readonly posted: string[] = []
  readonly #listeners = new Map<string, (message: never) => void>()
  readonly #scripts: readonly string[]
  readonly #pause: object
  readonly #waiting: (() => void)[] = []
  enabled: Error | null = null
  /** Another debugger has paused the main thread before. */
  isPaused = false
  /** Native code runs in the main thread. */
  isNative = false

  constructor (scripts: readonly string[], pause: object = {}) {
    this.#scripts = scripts
    this.#pause = pause
  }

  connectToMainThread (): void { this.posted.push('connect') }
  disconnect (): void { this.posted.push('disconnect') }
  on (event: string, listener: (message: never) => void): void { this.#listeners.set(event, listener) }

  /** The native code returns, so the main thread handles all requests. */
  returns (): void {
    this.isNative = false
    for (const handle of this.#waiting) handle()
  }

  post (method: string, done?: (error: Error | null) => void): void {
    this.posted.push(method.replace('Debugger.', ''))
    if (this.isNative) this.#waiting.push(() => this.#handle(method, done))
    else this.#handle(method, done)
  }

  #handle (method: string, done?: (error: Error | null) => void): void {
    if (method === 'Debugger.enable') {
      for (const params of SCRIPTS) this.#emit('Debugger.scriptParsed', params)
      if (this.isPaused) this.#emitPause()
      done?.(this.enabled)
    }
    if (method === 'Debugger.pause') this.#emitPause()
  }

  #emitPause (): void {
    const callFrames = this.#scripts.map((scriptId, at) =>
      ({ functionName: `f${at}`, location: { scriptId, lineNumber: 40 } }))
    this.#emit('Debugger.paused', { reason: 'other', callFrames, ...this.#pause })
  }

  #emit (event: string, params: object): void {
    this.#listeners.get(event)?.({ params } as never)
  }
}

await t.test('findBlocker() names the first function of the app, and leaves no debugger', async (t) => {
  const session = new FakeSession(['1', '9', '2', '3', '4'])
  t.same(await findBlocker(() => session), { function: 'f3', file: '/app/lib/csv.js', line: 41 })
  t.same(session.posted, ['connect', 'enable', 'pause', 'resume', 'disable', 'disconnect'])
})

await t.test('findBlocker() keeps the URL of a script without a file', async (t) => {
  t.match(await findBlocker(() => new FakeSession(['4'])), { file: 'webpack://app/main.js' })
})

await t.test('findBlocker() resolves to undefined when no function belongs to the app', async (t) => {
  t.equal(await findBlocker(() => new FakeSession(['1', '2'])), undefined)
})

await t.test('findBlocker() does not end the pause of another debugger', async (t) => {
  const paused = new FakeSession(['3'])
  paused.isPaused = true
  const sessions = [
    paused, new FakeSession(['3'], { reason: 'exception' }), new FakeSession(['3'], { hitBreakpoints: ['1'] })
  ]
  for (const session of sessions) {
    t.equal(await findBlocker(() => session), undefined)
    t.notOk(session.posted.includes('resume'))
    t.same(session.posted.slice(-2), ['disable', 'disconnect'])
  }
})

await t.test('findBlocker() waits until native code returns to the function that called it', async (t) => {
  const session = new FakeSession(['1', '3'])
  session.isNative = true
  const found = findBlocker(() => session)
  t.same(session.posted, ['connect', 'enable', 'pause'])
  session.returns()
  t.match(await found, { function: 'f1', line: 41 })
})

await t.test('findBlocker() resolves to undefined when Node refuses the session or the debugger', async (t) => {
  const session = new FakeSession(['3'])
  session.enabled = new Error('refused')
  t.equal(await findBlocker(() => session), undefined)
  t.equal(await findBlocker(() => { throw new Error('no inspector') }), undefined)
  t.equal(await findBlocker(), undefined, 'the main thread cannot connect to itself')
})
