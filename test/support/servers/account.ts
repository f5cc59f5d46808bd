import { readFile } from 'node:fs/promises'

/** The user that a process runs as. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * The account for a server's processes, because PostgreSQL and MariaDB refuse to run as root: the account of the Debian
 * package, otherwise `nobody`. `undefined` if the tests do not run as root; then the server runs as the same user.
 */
export async function accountFor (name: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n')
  const entryOf = (user: string): string | undefined => lines.find((line) => line.startsWith(`${user}:`))
  const [, , uid, gid] = (entryOf(name) ?? entryOf('nobody') ?? '').split(':')
  if (uid === undefined || gid === undefined) {
    throw new Error(`no account to run a server as: neither ${name} nor nobody exists`)
  }
  return { uid: Number(uid), gid: Number(gid) }
}
