import { createHash, randomUUID } from 'node:crypto'
import { link, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { System } from './system.js'
import { readOwnTextFile } from '../base/text-file.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Returns OpenTelemetry's `service.instance.id`, a UUID. The id stays the same if the same user starts the app on the
 * same host again: a file in the temporary folder keeps it.
 *
 * All users can write to that folder, so the file is trusted only if it is a regular file of this user and contains a
 * UUID. If reading and writing fail, the id is random and lasts as long as this process.
 */
export async function instanceId (serviceName: string, { tmpdir, uid }: System): Promise<string> {
  const path = join(tmpdir, fileName(serviceName, uid))
  return await readId(path, uid) ?? await keepId(path, uid, randomUUID())
}

/**
 * A readable part and a hash. The hash (of UTF-16, which is different for all strings) gives each service its own file.
 */
function fileName (serviceName: string, uid = 0): string {
  const readable = serviceName.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 40)
  const hash = createHash('sha256').update(serviceName, 'utf16le').digest('hex').slice(0, 16)
  return `${readable}-${hash}-${uid}-service-instance-id`
}

async function readId (path: string, uid: number | undefined): Promise<string | undefined> {
  const id = (await readOwnTextFile(path, uid))?.trim()
  return id !== undefined && UUID.test(id) ? id : undefined
}

/**
 * Writes the id to a draft file, then links the draft to the final name. `link` fails if the name exists. If several
 * processes start at the same time, only the first link succeeds, and the other processes never read half an id.
 */
async function keepId (path: string, uid: number | undefined, id: string): Promise<string> {
  const draft = `${path}.${randomUUID()}`
  const isKept = await publish(draft, path, id)
  await rm(draft, { force: true }).catch(() => undefined)
  return isKept ? id : await readId(path, uid) ?? id
}

async function publish (draft: string, path: string, id: string): Promise<boolean> {
  try {
    await writeFile(draft, `${id}\n`, { flag: 'wx', mode: 0o600 })
    await link(draft, path)
    return true
  } catch {
    return false
  }
}
