import t from 'tap'
import { SingleFlight } from '../../lib/base/single-flight.js'

await t.test('while work goes on no second is begun, and who asks meanwhile waits for the first', async (t) => {
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

await t.test('work that has failed is begun again', async (t) => {
  let begun = 0
  const single = new SingleFlight(async () => {
    begun += 1
    return await Promise.reject(new Error(`failure ${begun}`))
  })
  await t.rejects(single.run(), { message: 'failure 1' })
  await t.rejects(single.run(), { message: 'failure 2' })
})
