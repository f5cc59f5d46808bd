import { attemptOr } from '../../base/attempt-or.js'
import type { Kinds } from '../../health/kind.js'

/** Characters that a decorator's name may have and a check's name may not. */
const INVALID_CHARACTERS = /[^\w.-]/g
const INVALID_START = /^[^a-z0-9]+/i
const MAX_NAME_LENGTH = 100
/** The name of a client whose decorator has no letter and no digit. */
const NO_NAME = 'client'

/** Gives each target a name that is valid, and that no other target and no kind has. */
export function withFreeNames<T extends { readonly name: string }> (targets: readonly T[], kinds: Kinds): readonly T[] {
  const used = new Set<string>()
  const isFree = (name: string): boolean =>
    !used.has(name) && attemptOr(() => { kinds.assertCheckName(name); return true }, false)
  return targets.map((target) => {
    const name = freeName(validName(target.name), isFree)
    used.add(name)
    return { ...target, name }
  })
}

function validName (name: string): string {
  const valid = name.replace(INVALID_CHARACTERS, '_').replace(INVALID_START, '').slice(0, MAX_NAME_LENGTH)
  return valid === '' ? NO_NAME : valid
}

/** Appends a number to a name that is not free. */
function freeName (name: string, isFree: (name: string) => boolean): string {
  let free = name
  for (let count = 2; !isFree(free); count++) free = `${name.slice(0, MAX_NAME_LENGTH - 5)}-${count}`
  return free
}
