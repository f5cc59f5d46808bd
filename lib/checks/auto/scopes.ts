import type { FastifyInstance } from 'fastify'
import { rootOf } from '../../base/root-of.js'
import { isRecord } from '../../base/type-guards.js'

const PROXY = '@fastify/http-proxy'
const LONGEST_NAME = 60

/** The name of the private property of Fastify that lists the scopes in a scope. */
const CHILDREN = 'fastify.children'

/** A scope, and the options of the plugin that made it, if it was registered later than this plugin. */
export interface Scope {
  readonly instance: FastifyInstance
  readonly options: unknown
}

/** The scope of this plugin, the scopes above it, and all scopes below it. */
export class Scopes {
  readonly #own: FastifyInstance
  /** The scopes below that were made after this plugin. */
  readonly #later = new Map<FastifyInstance, unknown>()

  /** Call this when the plugin is registered. */
  constructor (fastify: FastifyInstance) {
    this.#own = fastify
    fastify.addHook('onRegister', (instance, options: unknown) => { this.#later.set(instance, options) })
  }

  /** Lists all scopes, parents first. Without Fastify's private property, scopes that were made earlier are missing. */
  list (): readonly Scope[] {
    const instances = new Set([...parentsOf(this.#own), ...scopesBelow(this.#own), ...this.#later.keys()])
    return [...instances].map((instance) => ({ instance, options: this.#later.get(instance) }))
  }
}

/** Whether a scope was made by @fastify/http-proxy. */
export function isProxy ({ instance }: Scope): boolean {
  const [first] = instance.pluginName.split(' -> ')
  return first === PROXY
}

/** Describes the place of a scope for the log. A plugin without a name has its source code as name. */
export function placeOf ({ instance }: Scope): string {
  if (rootOf(instance) === instance) return 'the app'
  const [name = ''] = instance.pluginName.split(' -> ')
  const plugin = /^[\w@/.-]+$/.test(name) ? name.slice(0, LONGEST_NAME) : 'a plugin without a name'
  return instance.prefix === '' ? plugin : `${plugin}, prefix ${instance.prefix}`
}

/** The prototype of a scope is its parent. The last prototype is not a scope. */
function parentsOf (instance: FastifyInstance): readonly FastifyInstance[] {
  const parent = Reflect.getPrototypeOf(instance)
  const isScope = parent !== null && Reflect.getPrototypeOf(parent) !== null
  return isScope ? [...parentsOf(parent as FastifyInstance), instance] : [instance]
}

function scopesBelow (instance: FastifyInstance): readonly FastifyInstance[] {
  const key = Object.getOwnPropertySymbols(instance).find(({ description }) => description === CHILDREN)
  const children: unknown = key === undefined ? undefined : Reflect.get(instance, key)
  const scopes = Array.isArray(children) ? (children as unknown[]).filter((child) => isRecord(child)) : []
  return (scopes as unknown as FastifyInstance[]).flatMap((child) => [child, ...scopesBelow(child)])
}
