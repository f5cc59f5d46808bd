import t from 'tap'
import { registerDependencies } from '../../lib/dependencies/register.js'
import type { Dependency, DependencyOptions } from '../../lib/dependencies/register.js'

interface Added {
  readonly name: string
  readonly kinds: readonly string[]
  readonly options: object
}

function register (options: Partial<DependencyOptions>): readonly Added[] {
  const added: Added[] = []
  const engine = {
    addRemote: (name: string, _: unknown, byKind: ReadonlyMap<string, unknown>, options: object): void => {
      added.push({ name, kinds: [...byKind.keys()], options })
    }
  }
  registerDependencies(engine, { serviceDependencies: [], cascade: [], scheme: 'http', ...options }, '/z')
  return added
}

function dependency (name: string, more: Partial<Dependency> = {}): Dependency {
  return { name, address: name, urls: new Map(), headers: {}, tls: undefined, options: {}, ...more }
}

await t.test('registerDependencies() adds each service with its options', (t) => {
  const options = { ttl: 10 }
  const serviceDependencies = [dependency('users', { options }), dependency('books', { options })]
  t.same(register({ serviceDependencies }), [
    { name: 'users', kinds: [], options: { ttl: 10 } },
    { name: 'books', kinds: [], options: { ttl: 10 } }
  ])
  t.end()
})

await t.test('registerDependencies() adds a check for each kind that cascades, except health', (t) => {
  const serviceDependencies = [dependency('users')]
  const [users] = register({ serviceDependencies, cascade: ['health', 'readiness', 'custom'] })
  t.same(users?.kinds, ['readiness', 'custom'])
  t.end()
})

await t.test('registerDependencies() throws when an address is invalid', (t) => {
  const serviceDependencies = [dependency('users', { address: 'ftp://users' })]
  t.throws(() => register({ serviceDependencies }), { code: 'FST_MANAGEMENT_ADDRESS_INVALID' })
  t.end()
})
