// Writes the diagrams and a recording of the example into docs/images/.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildApp } from '../../example/app.js'
import { DIAGRAMS, RECORDING } from './diagrams.js'
import { recordSession } from './session.js'
import { terminal } from './terminal.js'

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'images')

await mkdir(FOLDER, { recursive: true })
const all = [...DIAGRAMS, [RECORDING, await recording()] as const]
for (const [name, svg] of all) await writeFile(join(FOLDER, name), svg)

async function recording (): Promise<string> {
  const app = await buildApp({ logger: false, inventoryPort: 0 })
  try {
    return terminal(await recordSession(await app.listen({ port: 0, host: '127.0.0.1' })))
  } finally {
    await app.close()
  }
}
