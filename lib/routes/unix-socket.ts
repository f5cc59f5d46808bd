import { lstatSync, unlinkSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { attemptOr } from '../base/attempt-or.js'

/**
 * Makes room for a Unix socket: removes the file of a process that has ended without removing it, for example by
 * `SIGKILL`. Never removes a socket that a process listens on, nor any other file.
 *
 * @throws if the directory does not exist, or another file has the path
 */
export async function prepareSocket (path: string): Promise<void> {
  const before = statOf(path)
  if (before === undefined) {
    // Node reports a missing directory as EACCES: permission denied.
    if (statOf(dirname(path)) === undefined) throw new Error(`the directory ${dirname(path)} does not exist: create it`)
    return
  }
  if (!before.isSocket()) throw new Error('a file that is no socket has this path: remove it, or choose another path')
  if (!await isRefused(path)) return
  // Another process may have replaced the file while this one tried to connect.
  if (statOf(path)?.ino === before.ino) unlinkSync(path)
}

function statOf (path: string): Stats | undefined {
  return attemptOr(() => lstatSync(path, { throwIfNoEntry: false }), undefined)
}

/** Whether no process listens on a socket. Any other error, for example a full queue, may come from a living server. */
async function isRefused (path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(false)
    })
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'))
  })
}
