import { createHash, randomUUID } from 'node:crypto'
import { link, lstat, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { System } from './system.js'
import { awaitOr } from '../base/attempt-or.js'
import { reasonOf } from '../base/describe.js'
import { readOwnTextFile } from '../base/text-file.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const REMEDY = 'Remove it or make it writable, or set the option "serviceInstanceId" to the id itself'

/**
 * Returns OpenTelemetry's `service.instance.id`, a UUID. The id stays the same if the same user starts the app on the
 * same host again: a file in the temporary folder keeps it.
 *
 * All users can write to that folder, so the file is trusted only if it is a regular file of this user, if no other
 * user can write to it, and if it contains a UUID. Any other file of this user is replaced. If that fails, or if
 * the file belongs to another user, the id is random and lasts as long as this process.
 *
 * @param onProblem receives a message with the reason and the remedy if the id cannot be kept
 */
export async function instanceId (
  serviceName: string, { tmpdir, uid }: System, onProblem: (message: string) => void = () => undefined
): Promise<string> {
  const path = join(tmpdir, fileName(serviceName, uid))
  const kept = await readId(path, uid)
  if (kept !== undefined) return kept
  const id = randomUUID()
  try {
    return await keepId({ path, uid, draft: `${path}.${randomUUID()}` }, id)
  } catch (error) {
    const reason = `${path} cannot keep it: ${reasonOf(error)}`
    onProblem(`service.instance.id changes at each start, because ${reason}. ${REMEDY}`)
    return id
  }
}

/** The file that keeps an id. */
interface IdFile {
  readonly path: string
  readonly uid: number | undefined
  /** A file that only this call uses. */
  readonly draft: string
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
async function keepId (file: IdFile, id: string): Promise<string> {
  const { path, uid, draft } = file
  try {
    await writeFile(draft, `${id}\n`, { flag: 'wx', mode: 0o600 })
    await linkIfNew(draft, path)
    return await readId(path, uid) ?? await replace(file)
  } finally {
    await awaitOr(() => rm(draft, { force: true }), undefined)
  }
}

/**
 * Replaces a broken file by the first draft that is linked to the name of the replacement. All processes that start at
 * the same time rename this same draft, so they all end with its id. Renaming follows no symbolic link.
 */
async function replace ({ path, uid, draft }: IdFile): Promise<string> {
  await assertOwn(path, uid)
  const replacement = `${path}.new`
  await linkIfNew(draft, replacement)
  // Another process may have replaced the file before the link above. Then there is nothing left to replace.
  const isBroken = await readId(path, uid) === undefined
  if (isBroken && await readId(replacement, uid) !== undefined) {
    await awaitOr(() => rename(replacement, path), undefined)
  }
  await awaitOr(() => rm(replacement, { force: true }), undefined)
  const id = await readId(path, uid)
  if (id === undefined) throw new Error(`it cannot be replaced by ${replacement}`)
  return id
}

async function assertOwn (path: string, uid: number | undefined): Promise<void> {
  const stats = await lstat(path)
  if (uid !== undefined && stats.uid !== uid) throw new Error('it belongs to another user')
  if (stats.isDirectory()) throw new Error('it is a directory')
}

/** Does nothing if the name exists. */
async function linkIfNew (draft: string, path: string): Promise<void> {
  await awaitOr(() => link(draft, path), undefined)
}
