import type t from 'tap'

/** The project's own code that closes connections. */
const READER = '/lib/shutdown/'

/**
 * Hides a field of all objects with a prototype from the project's code, until the end of the test, as if a version of
 * Node had no such field. Node itself still reads the field.
 */
export function hideField (test: Pick<typeof t, 'teardown'>, prototype: object, name: string, hidden?: null): void {
  const values = new WeakMap<object, unknown>()
  Object.defineProperty(prototype, name, {
    configurable: true,
    get (this: object) { return isReadByUs() ? hidden : values.get(this) },
    set (this: object, value: unknown) { values.set(this, value) }
  })
  test.teardown(() => { Reflect.deleteProperty(prototype, name) })
}

function isReadByUs (): boolean {
  const [, , , caller = ''] = new Error('the caller').stack?.split('\n') ?? []
  return caller.includes(READER)
}
