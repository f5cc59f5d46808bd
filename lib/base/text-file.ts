import type { Stats } from 'node:fs'
import { constants, open, type FileHandle } from 'node:fs/promises'

const MOST_BYTES = 64 * 1024

/**
 * Reads a file that may not be there. Gives its first 64 KiB, or `undefined` for anything that is no readable regular file.
 * Never throws and never waits for a writer: it opens without blocking, so that a FIFO or a device in the file's place
 * cannot hang the start.
 */
export function readTextFile (path: string): Promise<string | undefined> {
  return readRegularFile(path, 0, () => true)
}

/**
 * Reads a file as `readTextFile` does, but only one that this user owns and that no other may write to, and follows no
 * symbolic link: what lies in a folder that all may write to can have been put there by anyone.
 *
 * @param uid the user; `undefined` where files have no such owner, as on Windows
 */
export function readOwnTextFile (path: string, uid: number | undefined): Promise<string | undefined> {
  return readRegularFile(path, constants.O_NOFOLLOW, (stats) => uid === undefined || isOwn(stats, uid))
}

function isOwn (stats: Stats, uid: number): boolean {
  return stats.uid === uid && (stats.mode & 0o022) === 0
}

async function readRegularFile (path: string, flags: number, isTrusted: (stats: Stats) => boolean): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | flags)
    return await readAndClose(file, isTrusted)
  } catch {
    return undefined
  }
}

async function readAndClose (file: FileHandle, isTrusted: (stats: Stats) => boolean): Promise<string | undefined> {
  try {
    const stats = await file.stat()
    return stats.isFile() && isTrusted(stats) ? await readText(file) : undefined
  } finally {
    await file.close()
  }
}

/** Goes by what `read` gives, not by the size, which is 0 for all files under `/proc`. Drops a byte order mark. */
async function readText (file: FileHandle): Promise<string> {
  const bytes = new Uint8Array(MOST_BYTES)
  let length = 0
  while (length < MOST_BYTES) {
    const { bytesRead } = await file.read(bytes, length, MOST_BYTES - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return new TextDecoder().decode(bytes.subarray(0, length))
}
