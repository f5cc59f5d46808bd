import { addAbortListener, getEventListeners, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { aborted } from 'node:util'
import t from 'tap'
import { derivedController, guardedController } from '../../lib/base/guarded-signal.js'
import { nextTurn } from '../../lib/base/timers.js'

interface Guarded {
  readonly controller: AbortController
  readonly signal: AbortSignal
  readonly errors: readonly unknown[]
}

function guarded (): Guarded {
  const errors: unknown[] = []
  const controller = guardedController((error) => errors.push(error))
  return { controller, signal: controller.signal, errors }
}

function fail (): never {
  throw new Error('conn is undefined')
}

/** Calls `addEventListener` with any arguments. */
function listen (signal: AbortSignal, ...given: readonly unknown[]): unknown {
  return Reflect.apply(addEventListenerOf(signal) as () => unknown, signal, given)
}

function addEventListenerOf (signal: object): unknown {
  return Reflect.get(signal, 'addEventListener')
}

const ERROR = { message: 'conn is undefined' }

/** Ways to add a listener that fails. */
const FAILURES: Readonly<Record<string, (signal: AbortSignal) => unknown>> = {
  'a function that throws': (signal) => signal.addEventListener('abort', fail),
  'a function that throws once': (signal) => signal.addEventListener('abort', fail, { once: true }),
  'an async function': (signal) => listen(signal, 'abort', async () => { await nextTurn(); fail() }),
  'a function that returns a thenable': (signal) => listen(signal, 'abort', () => {
    return { then: (_resolve: unknown, reject: (error: unknown) => void) => reject(new Error('conn is undefined')) }
  }),
  'an object': (signal) => signal.addEventListener('abort', { handleEvent: fail }),
  'an async object': (signal) => listen(signal, 'abort', { handleEvent: async () => { await nextTurn(); fail() } }),
  onabort: (signal) => { signal.onabort = fail },
  'an async onabort': (signal) => { signal.onabort = async () => { await Promise.resolve(); fail() } },
  'addAbortListener()': (signal) => addAbortListener(signal, fail)
}

for (const [name, add] of Object.entries(FAILURES)) {
  await t.test(`the error of a listener is passed on, and other listeners are called: ${name}`, async (t) => {
    const { controller, signal, errors } = guarded()
    let calls = 0
    add(signal)
    signal.addEventListener('abort', () => { calls += 1 })
    controller.abort()
    await nextTurn()
    await nextTurn()
    t.equal(calls, 1)
    t.match(errors, [ERROR])
  })
}

await t.test('a thrown value that is no Error is passed on', async (t) => {
  const { controller, signal, errors } = guarded()
  // eslint-disable-next-line @typescript-eslint/only-throw-error
  signal.addEventListener('abort', () => { throw undefined })
  controller.abort()
  await nextTurn()
  t.same(errors, [undefined])
})

/** Does the same with a plain signal and with a guarded signal, and returns what both have recorded. */
function compare (use: (controller: AbortController, record: (entry: unknown) => void) => void): readonly unknown[][] {
  return [new AbortController(), guarded().controller].map((controller) => {
    const records: unknown[] = []
    use(controller, (entry) => records.push(entry))
    return records
  })
}

await t.test('a guarded signal treats listeners as a plain signal does', (t) => {
  const [plain, found] = compare((controller, record) => {
    const { signal } = controller
    const twice = (): void => record('twice')
    signal.addEventListener('abort', twice)
    signal.addEventListener('abort', twice)
    signal.addEventListener('abort', twice, { once: true })
    const captured = (): void => record('captured')
    signal.addEventListener('abort', captured, true)
    signal.addEventListener('abort', captured, false)
    const removed = (): void => record('removed')
    signal.addEventListener('abort', removed, { capture: true })
    signal.removeEventListener('abort', removed)
    signal.addEventListener('abort', removed)
    signal.removeEventListener('abort', removed)
    signal.removeEventListener('abort', () => undefined)
    const object = { name: 'object', handleEvent (event: Event): void { record([this.name, event.type]) } }
    signal.addEventListener('abort', object)
    signal.addEventListener('abort', function (this: unknown, event) {
      record([this === signal, event.type, event.target === signal, event.isTrusted])
    })
    const other = new AbortController()
    signal.addEventListener('abort', () => record('of an aborted signal'), { signal: other.signal })
    other.abort()
    listen(signal, 'abort', {})
    listen(signal, 'abort', null)
    signal.onabort = () => record('replaced')
    signal.onabort = () => record('onabort')
    record(typeof signal.onabort)
    record(getEventListeners(signal, 'abort').length)
    controller.abort()
    controller.abort()
    record([signal.aborted, (signal.reason as Error).name])
    signal.dispatchEvent(new Event('abort'))
    record(getEventListeners(signal, 'abort').length)
  })
  t.same(found, plain)
  t.end()
})

await t.test('a guarded signal rejects wrong arguments as a plain signal does', (t) => {
  const [plain, found] = compare(({ signal }, record) => {
    for (const given of [[], ['abort'], ['abort', 1], ['abort', 'text'], ['abort', undefined]]) {
      try {
        record(listen(signal, ...given))
      } catch (error) {
        record((error as NodeJS.ErrnoException).code)
      }
    }
  })
  t.same(found, plain)
  t.end()
})

await t.test('a removed onabort is not called', (t) => {
  const { controller, signal } = guarded()
  signal.onabort = () => t.fail('was removed')
  signal.onabort = null
  controller.abort()
  t.end()
})

await t.test('Node\'s own functions accept a guarded signal', async (t) => {
  const { controller, signal, errors } = guarded()
  t.ok(signal instanceof AbortSignal)
  const [any, resource] = [AbortSignal.any([signal]), {}]
  const waiting = [
    sleep(60_000, undefined, { signal }).catch((error: unknown) => (error as Error).name),
    once(new EventTarget(), 'never', { signal }).catch((error: unknown) => (error as Error).name),
    aborted(signal, resource).then(() => 'aborted'),
    once(signal, 'abort').then(() => 'event'),
    fetch('http://127.0.0.1:9', { signal }).catch((error: unknown) => (error as Error).name)
  ]
  controller.abort()
  t.same(await Promise.all(waiting), ['AbortError', 'AbortError', 'aborted', 'event', 'AbortError'])
  t.equal(any.aborted, true)
  t.same(errors, [])
})

await t.test('a derived controller logs a listener that throws', async (t) => {
  const { signal, errors } = guarded()
  const derived = derivedController(signal)
  derived.signal.addEventListener('abort', fail)
  derived.abort()
  await nextTurn()
  t.match(errors, [ERROR])
})

await t.test('a controller that is derived from a plain signal has a plain signal', (t) => {
  const { signal } = derivedController(new AbortController().signal)
  t.equal(addEventListenerOf(signal), addEventListenerOf(EventTarget.prototype))
  t.end()
})
