import { optionsOf } from '../base/option-table.js'
import type { RulesOf } from '../base/option-table.js'
import { listOf, oneOf, text, withDefault } from '../base/rules.js'
import type { Rule } from '../base/rules.js'
import { KIND_FORMATS } from '../health/kind.js'
import type { KindOption, NamedKind } from '../health/kind.js'

const kindOption: Rule<NamedKind> = optionsOf(
  { name: text, format: withDefault(oneOf(KIND_FORMATS), undefined) } satisfies RulesOf<KindOption>,
  { expected: 'a string that is not empty, or an object with keys of name, format' }
)

/** The rule of the option `kinds`. `Kinds` validates the names. */
export const kinds: Rule<readonly (string | NamedKind)[]> = listOf((value, path) =>
  typeof value === 'string' ? text(value, path) : kindOption(value, path))
