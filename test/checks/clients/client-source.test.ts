import t from 'tap'
import { clientFrom } from '../../../lib/checks/clients/client-source.js'

interface Client {
  readonly isClient: true
}

const CLIENT: Client = { isClient: true }

const TYPE = {
  check: 'demo',
  description: 'a client of demo',
  is: (value: unknown): value is Client => value === CLIENT
}

function messageFor (source: unknown): string {
  try {
    clientFrom(source, TYPE)
    return 'accepted'
  } catch (error) {
    return String(error).replace(/^.* must be given a client of demo, got /, '')
  }
}

/** A class that was compiled to a function. */
function OldClass (this: { isOld: boolean }): void {
  this.isOld = true
}
Object.assign(OldClass.prototype, { query: () => undefined })

await t.test('clientFrom() names a wrong source and the remedy when the check is made', (t) => {
  class Client {
    readonly isNew = true
  }
  const cases: readonly (readonly [unknown, string])[] = [
    [Promise.resolve(CLIENT), 'a promise: await it first, or pass a function that returns the client itself'],
    [{ then: () => undefined }, 'a promise: await it first, or pass a function that returns the client itself'],
    [async () => await Promise.resolve(CLIENT), 'an async function: await the client first, or pass a function ' +
      'that returns the client itself'],
    [Client, 'a class: pass an instance'],
    [OldClass, 'a class: pass an instance'],
    [(options: unknown) => options, 'a function with parameters: pass the client, or a function without ' +
      'parameters that returns it'],
    ['demo://127.0.0.1', 'an address: pass a client that is connected to it'],
    [new URL('demo://127.0.0.1'), 'an address: pass a client that is connected to it'],
    [{ host: '127.0.0.1' }, 'connection options: pass the client that was made with them'],
    [Object.assign(Object.create(null), { url: '' }), 'connection options: pass the client that was made with them'],
    [{ cache: CLIENT, sessions: CLIENT }, 'an object: pass its property "cache"'],
    ['nonsense', 'the string "nonsense"'],
    [{}, 'an object'],
    [[CLIENT], 'an array of 1'],
    [undefined, 'undefined']
  ]
  t.same(cases.map(([source]) => messageFor(source)), cases.map(([, message]) => message))
  t.end()
})

await t.test('clientFrom() calls no getter of a wrong object', (t) => {
  const source = Object.defineProperty({}, 'client', { enumerable: true, get: () => t.fail('called') })
  t.equal(messageFor(source), 'an object')
  t.end()
})

await t.test('clientFrom() names an object that cannot be read', (t) => {
  const source = new Proxy({}, { get: () => { throw new Error('hostile') }, getPrototypeOf: () => Object.prototype })
  t.match(messageFor(source), /^an object/)
  t.end()
})

await t.test('a function that returns a promise is called once, and its rejection ends nothing', async (t) => {
  let calls = 0
  const current = clientFrom(() => {
    calls += 1
    return Promise.reject(new Error('connect ECONNREFUSED'))
  }, TYPE)
  for (let count = 0; count < 2; count++) {
    t.throws(() => current(), { code: 'FST_MANAGEMENT_CLIENT_INVALID', message: /got a promise: await it first/ })
  }
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(calls, 1)
})

await t.test('a function without parameters is called for each client', (t) => {
  const current = clientFrom(() => CLIENT, TYPE)
  t.equal(current(), CLIENT)
  t.equal(clientFrom(CLIENT, TYPE)(), CLIENT)
  t.end()
})
