import { createHash, randomUUID } from 'node:crypto'
import { link, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { System } from './system.js'
import { readOwnTextFile } from '../base/text-file.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * OpenTelemetry's `service.instance.id`, a UUID: the same at every start of an app on a host by a user, kept in a file in the
 * temporary folder.
 *
 * Anyone may write to that folder, so only a regular file of this user's with a UUID in it is trusted. Whatever goes wrong,
 * there is an id: a random one, for this process only.
 */
export async function instanceId (serviceName: string, { tmpdir, uid }: System): Promise<string> {
  const path = join(tmpdir, fileName(serviceName, uid))
  return await readId(path, uid) ?? await keepId(path, uid, randomUUID())
}

/** A readable part, and a hash (of UTF-16, which tells all strings apart) so that no two services share a file. */
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
 * Writes the id where nobody looks and then gives it its name. `link` fails where the name is taken, so of processes that
 * start together one wins, and the others never see half an id.
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
