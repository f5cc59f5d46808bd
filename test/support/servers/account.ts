import { readFile } from 'node:fs/promises'

/** Whom a process runs as. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * The account for a server's processes: PostgreSQL and MariaDB refuse to be root. It is the one of the package, or else
 * nobody's. `undefined` for who is not root, and can be none but himself.
 */
export async function accountFor (name: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n')
  const entryOf = (user: string): string | undefined => lines.find((line) => line.startsWith(`${user}:`))
  const [, , uid, gid] = (entryOf(name) ?? entryOf('nobody') ?? '').split(':')
  if (uid === undefined || gid === undefined) throw new Error(`there is neither an account ${name} nor nobody to run a server as`)
  return { uid: Number(uid), gid: Number(gid) }
}
