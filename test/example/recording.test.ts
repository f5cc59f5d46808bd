import { readFile } from 'node:fs/promises'
import t from 'tap'
import { recordSession } from '../../scripts/diagrams/session.js'
import { terminal } from '../../scripts/diagrams/terminal.js'
import { ExampleProcess } from '../support/example-process.js'

/** An embedded Postgres takes seconds to open, and much longer on a busy machine. */
t.setTimeout(180_000)

await t.test('the recording in docs/images shows the real answers of the example', async (t) => {
  const url = await new ExampleProcess(t, { PORT: '0' }).listening()
  const recording = await readFile(new URL('../../docs/images/example.svg', import.meta.url), 'utf8')
  t.equal(terminal(await recordSession(url)), recording)
})
