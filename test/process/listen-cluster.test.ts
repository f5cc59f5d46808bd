import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Program } from '../support/process.js'

await t.test('a worker of a cluster warns once that probes of a shared port reach a random worker', async (t) => {
  const cluster = new Program(t, fileURLToPath(new URL('fixtures/listen-cluster.ts', import.meta.url)))
  t.same(await cluster.ending, { code: 0, signal: null, stderr: '' })
  t.same(cluster.lines, [
    'this process is a worker of node:cluster. Workers that listen on the same port share it, so each probe reaches ' +
      'a random worker, the others are not probed, and the port of the app is not watched: ' +
      'run one process in each container',
    'closed'
  ])
})
