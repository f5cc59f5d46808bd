import t from 'tap'
import { SingleFlight } from '../../lib/base/single-flight.js'

await t.test('run() starts no second run while the first goes on, and waits for the first', async (t) => {
  const endings: ((value: number) => void)[] = []
  const single = new SingleFlight(async () => await new Promise<number>((resolve) => endings.push(resolve)))
  const first = single.run()
  const second = single.run()
  t.equal(endings.length, 1)
  endings[0]?.(1)
  t.same(await Promise.all([first, second]), [1, 1])
  const third = single.run()
  endings[1]?.(2)
  t.equal(await third, 2)
})

await t.test('run() starts again after a failure', async (t) => {
  let started = 0
  const single = new SingleFlight(async () => {
    started += 1
    return await Promise.reject(new Error(`failure ${started}`))
  })
  await t.rejects(single.run(), { message: 'failure 1' })
  await t.rejects(single.run(), { message: 'failure 2' })
})
