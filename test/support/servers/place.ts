import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accountFor } from './account.js'
import type { Account } from './account.js'
import { freePort } from './free-port.js'

/** The address of a server, with a user and a password. */
export interface Address {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly user: string
  readonly password: string
}

/** The folder, the port and the account of one server. */
export interface Place extends Address {
  readonly folder: string
  readonly account: Account | undefined
}

/** The start of the names of our folders. It contains the process id of the test. */
export const FOLDER_PREFIX = `fastify-management-endpoints-server-${process.pid}-`

/** Makes a place. Its password is unique, so that no client takes another server for this one. */
export async function newPlace (user: string, accountName: string): Promise<Place> {
  const [port, account, folder] = await Promise.all([
    freePort(),
    accountFor(accountName),
    mkdtemp(join(tmpdir(), FOLDER_PREFIX))
  ])
  if (account !== undefined) await chown(folder, account.uid, account.gid)
  return { host: '127.0.0.1', port, user, password: randomBytes(12).toString('hex'), folder, account }
}

const REMOVAL = { recursive: true, force: true, maxRetries: 5 }

export async function removePlace ({ folder }: Place): Promise<void> {
  await rm(folder, REMOVAL)
}

/** Removes a place synchronously, for use at the exit of the process. */
export function removePlaceNow ({ folder }: Place): void {
  rmSync(folder, REMOVAL)
}
