import { types } from 'node:util'
import { attemptOr } from '../../base/attempt-or.js'
import { classNames, hasProperties, isLiteral, passiveView } from '../../base/passive.js'
import { isRecord } from '../../base/type-guards.js'
import { RECOGNIZERS } from './recognize/index.js'
import type { Recognizer } from './recognizer.js'

/** A client in a decorator. */
export interface FoundClient {
  readonly recognizer: Recognizer
  readonly client: object
  /** The decorator, for example `pg` or `pg.users`. */
  readonly path: string
  /** The name that the check gets if it is free, for example `postgres.users`. */
  readonly name: string
}

/** A decorator that may be a client, and the reason why it gets no check. */
export interface Doubt {
  readonly path: string
  readonly reason: string
}

/** The clients and the doubts of one scope. */
export interface Findings {
  readonly clients: FoundClient[]
  readonly doubts: Doubt[]
}

/** Parts of a client of an official plugin that are not further named clients. */
const CLIENT_PARTS = ['client', 'connection', 'db', 'pool', 'topology']

/** A literal with settings can have thousands of properties. */
const MOST_PARTS = 1_000

/** Decorators of clients for which there is no recognizer, for example of Drizzle. */
const OTHER_DECORATORS = ['db', 'drizzle']

/**
 * Finds the clients in the decorators of one scope itself, and not of its parents. Looks into the decorators that are
 * literals too: plugins put clients with a name there, for example `fastify.pg.users`. Never calls a getter.
 */
export async function findClients (scope: object): Promise<Findings> {
  const findings: Findings = { clients: [], doubts: [] }
  for (const [key, property] of propertiesOf(scope)) await examineDecorator(key, property, findings)
  return findings
}

async function examineDecorator (key: string, property: PropertyDescriptor, findings: Findings): Promise<void> {
  const { clients, doubts } = findings
  const value: unknown = property.value
  const before = clients.length + doubts.length
  if (hasProperties(value)) {
    const own: Findings = { clients: [], doubts: [] }
    await examine({ key, path: key, value }, own)
    // A client with a name comes first: an official plugin also decorates with the first of them itself.
    if (attemptOr(() => isLiteral(value), false)) await examineParts(key, value, own.clients.length > 0, findings)
    clients.push(...own.clients)
    doubts.push(...own.doubts)
  }
  if (clients.length + doubts.length > before || !isDecoratorOfClient(key)) return
  doubts.push({ path: key, reason: whyUnknown(property) })
}

async function examineParts (key: string, value: object, isClient: boolean, findings: Findings): Promise<void> {
  for (const [part, property] of propertiesOf(value).slice(0, MOST_PARTS)) {
    if (isClient && CLIENT_PARTS.includes(part)) continue
    const inner: unknown = property.value
    if (hasProperties(inner)) await examine({ key, path: `${key}.${part}`, value: inner }, findings)
  }
}

interface Candidate {
  readonly key: string
  readonly path: string
  readonly value: object
}

async function examine ({ key, path, value }: Candidate, { clients, doubts }: Findings): Promise<void> {
  const isProxy = types.isProxy(value)
  const fitting = RECOGNIZERS.filter((recognizer) =>
    isProxy === (recognizer.isProxy === true) && attemptOr(() => recognizer.fits(value), false))
  const certain = fitting.filter((recognizer) =>
    isUnder(key, recognizer) || attemptOr(() => isOfClass(value, recognizer), false))
  const [recognizer, other] = certain.length > 0 ? certain : await officialClients(key, value)
  if (recognizer === undefined && fitting.length === 0) return
  const reason = recognizer === undefined || other !== undefined
    ? whyUncertain(fitting, certain)
    : attemptOr(() => recognizer.doubt?.(value), 'it cannot be read')
  if (recognizer === undefined || reason !== undefined) doubts.push({ path, reason: String(reason) })
  else clients.push({ recognizer, client: value, path, name: nameOf(recognizer, key, path) })
}

function whyUncertain (fitting: readonly Recognizer[], certain: readonly Recognizer[]): string {
  const typesOf = (recognizers: readonly Recognizer[]): string => recognizers.map(({ type }) => type).join(' and ')
  return certain.length > 0
    ? `it has the parts of ${typesOf(certain)}`
    : `it has the parts of ${typesOf(fitting)}, but its class has another name`
}

function isOfClass (value: object, { classes }: Recognizer): boolean {
  return classes === undefined || classNames(value).some((name) => classes.some((known) => known === name))
}

/** Under the decorator of an official plugin, fewer parts are enough, for example of a wrapper. */
async function officialClients (key: string, value: object): Promise<readonly Recognizer[]> {
  const recognizer = RECOGNIZERS.find((recognizer) => isUnder(key, recognizer))
  if (recognizer?.fitsDecorator === undefined || !isRecord(value)) return []
  const fits = await recognizer.fitsDecorator()
  return attemptOr(() => fits(passiveView(value)), false) ? [recognizer] : []
}

/** Not the operator `in`: a decorator can have the name of a property of all objects. */
function isUnder (key: string, { decorators }: Recognizer): boolean {
  return Object.keys(decorators).includes(key)
}

function nameOf ({ decorators }: Recognizer, key: string, path: string): string {
  const alias = Object.entries(decorators).find(([decorator]) => decorator === key)
  return `${alias?.[1] ?? key}${path.slice(key.length)}`
}

function isDecoratorOfClient (key: string): boolean {
  return OTHER_DECORATORS.includes(key) || RECOGNIZERS.some((recognizer) => isUnder(key, recognizer))
}

function whyUnknown (property: PropertyDescriptor): string {
  if (property.get !== undefined) return 'it is a getter, which could connect'
  return types.isProxy(property.value) ? 'it is a proxy, which could connect' : 'it is no client that autoChecks knows'
}

/** Lists the own properties of an object. A proxy may throw. */
function propertiesOf (object: object): readonly (readonly [string, PropertyDescriptor])[] {
  return attemptOr(() => Object.entries<PropertyDescriptor>(Object.getOwnPropertyDescriptors(object)), [])
}
