import type { Stats } from 'node:fs'
import { constants, open, type FileHandle } from 'node:fs/promises'

const MOST_BYTES = 64 * 1024

/**
 * Reads the first `mostBytes` of a file that may be missing, by default 64 KiB. Returns `undefined` if the path is not
 * a readable regular file. Never throws. Never waits for a writer: it opens without blocking, so a FIFO or a device at
 * this path cannot hang the start of the app.
 */
export function readTextFile (path: string, mostBytes = MOST_BYTES): Promise<string | undefined> {
  return readRegularFile(path, 0, () => true, mostBytes)
}

/**
 * Does the same as `readTextFile()` for a file in a folder that all users can write to. Returns `undefined` if the path
 * is a symbolic link, if another user owns the file, or if another user can write to it.
 *
 * @param uid the id of this user; `undefined` if the platform has no user ids, as on Windows
 */
export function readOwnTextFile (path: string, uid: number | undefined): Promise<string | undefined> {
  return readRegularFile(path, constants.O_NOFOLLOW, (stats) => uid === undefined || isOwn(stats, uid))
}

function isOwn (stats: Stats, uid: number): boolean {
  return stats.uid === uid && (stats.mode & 0o022) === 0
}

async function readRegularFile (
  path: string, flags: number, isTrusted: (stats: Stats) => boolean, mostBytes = MOST_BYTES
): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | flags)
    return await readAndClose(file, isTrusted, mostBytes)
  } catch {
    return undefined
  }
}

async function readAndClose (
  file: FileHandle, isTrusted: (stats: Stats) => boolean, mostBytes: number
): Promise<string | undefined> {
  try {
    const stats = await file.stat()
    return stats.isFile() && isTrusted(stats) ? await readText(file, mostBytes) : undefined
  } finally {
    await file.close()
  }
}

/** Reads to the end and ignores the reported size, which is 0 for files under `/proc`. Drops a byte order mark. */
async function readText (file: FileHandle, mostBytes: number): Promise<string> {
  const bytes = new Uint8Array(mostBytes)
  let length = 0
  while (length < mostBytes) {
    const { bytesRead } = await file.read(bytes, length, mostBytes - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return new TextDecoder().decode(bytes.subarray(0, length))
}
