import { describe } from '../base/describe.js'
import { keysOf, recordOf, refuse, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { isKeyed } from '../base/type-guards.js'
import { errors } from '../errors.js'
import type { Kind, Kinds } from '../health/kind.js'
import { problemInPath } from './prefix.js'

/** One path of the option `additionalPaths`. */
export interface AdditionalPath {
  readonly kind: Kind
  readonly path: string
  /** The option that contains the path, for messages: `additionalPaths.readiness[1]`. */
  readonly option: string
}

const EXPECTED = 'an absolute path that clients request unchanged, for example "/livez", without parameters, ' +
  'wildcards, empty segments and a slash at its end'

/** The rule of `additionalPaths`: lists the paths of all kinds. Throws if a kind does not exist. */
export function additionalPaths (kinds: Kinds): Rule<readonly AdditionalPath[]> {
  return (value, option) => {
    if (!isKeyed(value)) return refuse(value, option, 'an object with a path or an array of paths for each kind')
    const known = keysOf(value, option)
    if (known.length > 0) kinds.assertKnown(known)
    const all = pathsByKind(value, option).flatMap(([key, paths]) => {
      const own: readonly unknown[] = [key]
      kinds.assertKnown(own)
      return own.flatMap((kind) => paths.map((path) => ({ ...path, kind })))
    })
    for (const [at, { path, option }] of all.entries()) {
      const other = all.find((other, before) => before < at && other.path === path)
      if (other !== undefined) refuse(path, option, `another path than the option "${other.option}"`)
    }
    return all
  }
}

type PathOfOption = Omit<AdditionalPath, 'kind'>

const absolutePath: Rule<PathOfOption> = (value, option) => {
  if (typeof value !== 'string') return refuse(value, option, EXPECTED)
  const problem = shapeProblem(value) ?? problemInPath(value)
  if (problem === undefined) return { path: value, option }
  throw new errors.OptionInvalid(option, EXPECTED, `${describe(value)} with ${problem}`)
}

function shapeProblem (path: string): string | undefined {
  if (!path.startsWith('/')) return 'no slash at its start'
  if (path.includes('//')) return 'two slashes in a row'
  if (path.length > 1 && path.endsWith('/')) return 'a slash at its end'
  return path.includes(':') ? 'the character ":"' : undefined
}

const oneOrMore: Rule<readonly PathOfOption[]> = (value, option) =>
  Array.isArray(value)
    ? Array.from(value, (path, index) => absolutePath(path, `${option}[${index}]`))
    : [absolutePath(value, option)]

const pathsByKind = recordOf(withDefault(oneOrMore, []))
