import t from 'tap'
import { warnOfCluster } from '../../lib/routes/cluster-warning.js'
import { RecordingLog } from '../support/log.js'

await t.test('warnOfCluster() does not warn in a process that is no worker of a cluster', async (t) => {
  for (const connected of [true, false, undefined]) {
    const log = new RecordingLog()
    await warnOfCluster(log, connected === undefined ? {} : { connected })
    t.same(log.lines, [], String(connected))
  }
})
