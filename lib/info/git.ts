import { join } from 'node:path'
import { parseProperties } from './properties.js'
import type { System } from './system.js'
import { readTextFile } from '../base/text-file.js'

/** The commit that the app was built from, as Actuator shows it with `management.info.git.mode=simple`. */
export interface Git {
  readonly branch?: string
  readonly commit?: GitCommit
}

export interface GitCommit {
  readonly id?: string
  readonly time?: string
}

/** The length of an id from Spring Boot's `GitProperties.getShortCommitId`. */
const SHORT_ID_LENGTH = 7

/**
 * Reads `git.properties` in the working directory, a file that git-commit-id plugins write. Takes only the branch and
 * the commit's id and time. Private data, for example a remote's URL or an author's address, is not shown.
 */
export async function gitSection ({ cwd }: System): Promise<Git | undefined> {
  const properties = parseProperties(await readTextFile(join(cwd, 'git.properties')) ?? '')
  const branch = valueOf(properties, 'git.branch')
  const commit = commitIn(properties)
  if (branch === undefined && commit === undefined) return undefined
  return { ...(branch !== undefined && { branch }), ...(commit !== undefined && { commit }) }
}

function commitIn (properties: ReadonlyMap<string, string>): GitCommit | undefined {
  const fullId = valueOf(properties, 'git.commit.id') ?? valueOf(properties, 'git.commit.id.full')
  const id = valueOf(properties, 'git.commit.id.abbrev') ?? shortId(fullId)
  const time = valueOf(properties, 'git.commit.time')
  if (id === undefined && time === undefined) return undefined
  return { ...(id !== undefined && { id }), ...(time !== undefined && { time: toInstant(time) }) }
}

/** Cuts only an id: half of a secret would not be recognized. */
function shortId (id: string | undefined): string | undefined {
  return id !== undefined && /^[0-9a-f]+$/i.test(id) ? id.slice(0, SHORT_ID_LENGTH) : id
}

function valueOf (properties: ReadonlyMap<string, string>, key: string): string | undefined {
  const value = properties.get(key)?.trim()
  return value === '' ? undefined : value
}

/**
 * Converts seconds since 1970 and `2024-05-01T10:00:00+0200` to UTC, as Spring Boot's `GitProperties` does. Returns any
 * other text unchanged.
 */
function toInstant (time: string): string {
  const [, local, hours, minutes] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([+-]\d\d):?(\d\d)$/.exec(time) ?? []
  const date = /^\d{1,11}$/.test(time)
    ? new Date(Number(time) * 1000)
    : new Date(`${local ?? ''}${hours ?? ''}:${minutes ?? ''}`)
  return Number.isNaN(date.getTime()) ? time : date.toISOString().replace('.000Z', 'Z')
}
