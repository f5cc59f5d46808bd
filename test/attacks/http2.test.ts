import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Program } from '../support/process.js'

const HOSTILE = fileURLToPath(new URL('../support/hostile-http2.ts', import.meta.url))

/** Each attack, and the number of its rounds. A round sends 10 requests. */
const ATTACKS: Readonly<Record<string, number>> = {
  'malformed frames': 1,
  'headers cut off by a PING': 3,
  'headers cut off by RST_STREAM': 3,
  'headers cut off by GOAWAY': 3,
  'headers without an end': 3,
  'a flood of PING': 2,
  'a flood of SETTINGS': 2,
  'random frames': 15
}

for (const [name, rounds] of Object.entries(ATTACKS)) {
  await t.test(`the process of the client survives ${name}`, async (t) => {
    const client = new Program(t, HOSTILE, {}, [name, String(rounds)])
    t.match(await client.ending, { code: 0, signal: null, stderr: '' })
    t.same(client.lines, ['alive'])
  })
}
