import t from 'tap'
import { interruptible } from '../../lib/base/interruptible.js'
import { onAbort } from '../../lib/base/on-abort.js'

const never = new Promise<never>(() => undefined)

await t.test('interruptible() settles as the work does, and stops listening', async (t) => {
  let stopped = 0
  const listen = () => (): void => { stopped += 1 }
  t.equal(await interruptible(Promise.resolve(7), listen), 7)
  await t.rejects(interruptible(Promise.reject(new Error('broken')), listen), { message: 'broken' })
  t.equal(stopped, 2)
})

await t.test('interruptible() settles when the event comes first', async (t) => {
  const controller = new AbortController()
  const resolved = interruptible<string>(never, ({ resolve }) => onAbort(controller.signal, () => resolve('aborted')))
  const rejected = interruptible(never, ({ reject }) => onAbort(controller.signal, () => reject(new Error('aborted'))))
  controller.abort()
  t.equal(await resolved, 'aborted')
  await t.rejects(rejected, { message: 'aborted' })
})

await t.test('interruptible() ignores an error of the work after the event', async (t) => {
  const late = Promise.reject(new Error('late'))
  t.equal(await interruptible<string>(late, ({ resolve }) => {
    resolve('interrupted')
    return () => undefined
  }), 'interrupted')
})

await t.test('interruptible() waits for a thenable, and stops listening when its then function throws', async (t) => {
  let stopped = 0
  const listen = () => (): void => { stopped += 1 }
  const passing = { then: (resolve: (value: number) => void) => { resolve(7) } } as PromiseLike<number>
  t.equal(await interruptible(passing, listen), 7)
  const throwing = { then: () => { throw new Error('broken') } } as unknown as PromiseLike<number>
  await t.rejects(interruptible(throwing, listen), { message: 'broken' })
  t.equal(stopped, 2)
})
