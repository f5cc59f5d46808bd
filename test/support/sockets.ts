import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type t from 'tap'

/** Creates a folder with a short path, because the path of a Unix socket has at most 103 bytes. */
export function shortFolder (test: Pick<typeof t, 'teardown'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'management-'))
  test.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  return folder
}

/** Leaves the file of a Unix socket behind, as a process does that is killed. */
export async function leaveSocket (path: string): Promise<void> {
  const server = createServer().listen(`${path}.before`)
  await once(server, 'listening')
  // The server removes only the file that it has created.
  renameSync(`${path}.before`, path)
  server.close()
  await once(server, 'close')
}
