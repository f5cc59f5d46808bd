// Breaks and mends the database of the example, and writes what everything around it shows into docs/outage.md.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resultsOf, withRecording } from './page.js'
import { record } from './record.js'
import { Ends, setUp } from './stage.js'

const DOCS = join(import.meta.dirname, '..', '..', 'docs')
const PAGE = join(DOCS, 'outage.md')

const ends = new Ends()
try {
  const recording = await record(await setUp(ends))
  await writeFile(join(DOCS, 'images', 'outage.png'), recording.picture)
  await writeFile(PAGE, withRecording(await readFile(PAGE, 'utf8'), resultsOf(recording)))
} finally {
  await ends.endAll()
}
