// Details, parts and info accept any object, also an object typed by an interface.
import fs from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import type {
  AnyObject, CheckFunction, DetailedResult, InfoOption, ManagementOptions, PartResult
} from '../lib/index.js'

interface Stats {
  readonly hits: number
  readonly nested: { readonly misses: number }
}

/** The keys `bind`, `length` and `name` are keys of functions and arrays too. */
interface Names {
  bind: boolean
  length: number
  name: string
}

class Team {
  readonly team = 'shop'
}

declare const stats: Stats
declare const names: Names
declare const record: Readonly<Record<string, unknown>>
declare const maybe: Stats | undefined

export const objects: readonly AnyObject[] = [
  {}, { team: 'shop' }, stats, names, record, new Team(), new Map([['a', 1]]), new Error('no'), process.memoryUsage(),
  await fs.statfs('/'), Object.freeze({ a: 1 })
]

export const parts: Record<string, PartResult> = {
  memory: { status: 'UP', details: process.memoryUsage(), components: { heap: { status: 'UNKNOWN', details: stats } } }
}

export const results: readonly DetailedResult[] = [
  { status: 'UP' },
  { status: 'DOWN', details: stats, components: parts },
  { status: 'DEGRADED', details: maybe, components: undefined }
]

export const checks: readonly CheckFunction[] = [
  () => ({ status: 'UP', details: process.memoryUsage() }),
  async () => ({ status: 'UP', details: await fs.statfs('/') }),
  async () => await Promise.resolve({ status: stats.hits > 0 ? 'UP' : 'DEGRADED', details: stats }),
  () => ({ status: 'DOWN', details: { error: new Error('no') } })
]

export const info: readonly InfoOption[] = [
  stats, record, { team: 'shop' }, new Team(), () => stats, () => ({ team: 'shop' }),
  async () => await Promise.resolve(stats), async () => await Promise.resolve({ team: 'shop' })
]

export const options: ManagementOptions = { info: stats }

export function addInfo ({ management }: FastifyInstance): void {
  management.addInfo('stats', () => stats)
  management.addInfo('later', async () => await Promise.resolve(stats))
}

export const wrong: readonly AnyObject[] = [
  // @ts-expect-error a function is no object
  () => stats,
  // @ts-expect-error a class is no object
  Team,
  // @ts-expect-error an array has no keys
  [1],
  // @ts-expect-error an array has no keys
  ['a'] as const,
  // @ts-expect-error a promise has no keys
  fs.statfs('/'),
  // @ts-expect-error a string is no object
  'shop',
  // @ts-expect-error null is no object
  null,
  // @ts-expect-error undefined is no object
  undefined
]

export const wrongInfo: readonly InfoOption[] = [
  // @ts-expect-error the function returns a number
  () => 1,
  // @ts-expect-error the function resolves to a number
  async () => await Promise.resolve(1),
  // @ts-expect-error the function returns an array
  () => [1],
  // @ts-expect-error the function returns nothing
  () => undefined
]

export const wrongResults: readonly DetailedResult[] = [
  // @ts-expect-error details are no array
  { status: 'UP', details: [1] },
  // @ts-expect-error details are no promise
  { status: 'UP', details: fs.statfs('/') },
  // @ts-expect-error a part has a status
  { status: 'UP', components: { a: {} } },
  // @ts-expect-error a part has no other status
  { status: 'UP', components: { a: { status: 'OK' } } },
  // @ts-expect-error the key does not exist
  { status: 'UP', detail: {} }
]
