import { optionsOf } from '../base/option-table.js'
import type { RulesOf } from '../base/option-table.js'
import { listOf, nonEmptyListOf, recordOf, refuse, text, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { isKeyed } from '../base/type-guards.js'
import type { AutoChecksSelection, AutoChecksSettings } from '../checks/auto/selection.js'
import type { Kind, Kinds } from '../health/kind.js'

/**
 * Selects the checks of `autoChecks` by the name of a check, of a decorator, or of a type.
 *
 * @example { exclude: ['redis.sessions'], kinds: { postgres: 'readiness' } }
 * @see `docs/ready-made-checks.md#autochecks`
 */
export interface AutoChecksOption {
  /**
   * The only clients that get a check, by name or type.
   *
   * @default all clients
   * @example { include: ['postgres', 'redis.cache'] }
   * @see `docs/ready-made-checks.md#autochecks`
   */
  readonly include?: readonly string[] | undefined
  /**
   * The clients that get no check, by name or type.
   *
   * @default []
   * @example { exclude: ['redis.sessions', 'upstream'] }
   * @see `docs/ready-made-checks.md#autochecks`
   */
  readonly exclude?: readonly string[] | undefined
  /**
   * The kinds of the checks, for all clients or by name or type; other clients keep the kind `health`.
   *
   * @default 'health'
   * @example { kinds: { postgres: 'readiness', redis: ['readiness', 'startup'] } }
   * @see `docs/ready-made-checks.md#autochecks`
   */
  readonly kinds?: Kind | readonly Kind[] | Readonly<Record<string, Kind | readonly Kind[] | undefined>> | undefined
}

type KindsSetting = Pick<AutoChecksSelection, 'kinds' | 'byName'>

const ALL: readonly Kind[] = ['health']
const UPSTREAM = /^upstream(?:\.|$)/

/** The rule of `autoChecks`: gives the kinds of all checks, or a selection. */
export function autoChecks (kinds: Kinds): Rule<AutoChecksSettings> {
  const selection = optionsOf({
    include: withDefault(nonEmptyListOf(text), undefined),
    exclude: withDefault(listOf(text), []),
    kinds: withDefault(kindsByName(kinds), { kinds: ALL, byName: [] })
  } satisfies RulesOf<AutoChecksOption>)
  const all = kindsRule(kinds, 'true, false, or kinds other than liveness')
  return (value, path) => {
    if (typeof value === 'boolean') return value ? ALL : []
    if (!isKeyed(value)) return all(value, path)
    const { kinds, ...others } = selection(value, path)
    return { ...others, ...kinds }
  }
}

/**
 * Accepts a kind or kinds. Liveness is refused, because a restart of the app does not repair a server. One failed
 * server would restart every app that uses it.
 */
function kindsRule (kinds: Kinds, expected: string): Rule<readonly Kind[]> {
  return (value, path) => {
    const given: readonly unknown[] = Array.isArray(value) ? value : [value]
    kinds.assertKnown(given)
    return given.includes('liveness') ? refuse('liveness', path, expected) : given
  }
}

function kindsByName (kinds: Kinds): Rule<KindsSetting> {
  const some = kindsRule(kinds, 'kinds other than liveness')
  const byName = recordOf(withDefault(some, undefined))
  return (value, path) => {
    if (!isKeyed(value)) return { kinds: some(value, path), byName: [] }
    const entries = byName(value, path).flatMap(([name, own]) => own === undefined ? [] : [[name, own] as const])
    for (const [name, own] of entries) {
      if (UPSTREAM.test(name) && own.some((kind) => kind !== 'health')) {
        refuse(own[0], `${path}.${name}`, '"health", because an upstream serves only a part of the app: ' +
          'for another kind, add a check with upstream()')
      }
    }
    return { kinds: ALL, byName: entries }
  }
}
