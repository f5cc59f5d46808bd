import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Program } from '../support/process.js'

await t.test('background runs see no request, and no request stays in memory', async (t) => {
  const app = new Program(t, fileURLToPath(new URL('fixtures/async-context-app.ts', import.meta.url)))
  t.same(JSON.parse(await app.waitForLine()), {
    background: 'nothing',
    later: 'nothing',
    'call 1': 'hang',
    'call 2': 'nothing',
    left: []
  })
  t.same(await app.ending, { code: 0, signal: null, stderr: '' })
})
