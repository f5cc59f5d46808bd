import t from 'tap'
import { isClusterWorker } from '../../lib/routes/cluster-warning.js'

await t.test('isClusterWorker() is false in a process without a cluster, with or without a parent', async (t) => {
  for (const parent of [{ connected: true }, { connected: false }, {}]) t.equal(await isClusterWorker(parent), false)
})
