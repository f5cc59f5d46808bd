import { CATALOGUE, endsOf } from './catalogue.js'
import type { Violations } from './violations.js'

const HANGS = /"check":"([^"]+)".* hangs: a run that timed out has not ended/

/** Those of whom it is said once that they hang: they never come to an end, and are never removed. */
const SAID_ONCE = new Set(CATALOGUE.filter(({ sort, isTransient }) => endsOf(sort) === 'never' && !isTransient).map(({ name }) => name))

/** What the app's logger writes to: counts the lines, keeps none. */
export class LogJudge {
  count = 0
  readonly #violations: Violations
  readonly #said = new Set<string>()

  constructor (violations: Violations) {
    this.#violations = violations
  }

  write (line: string): void {
    this.count += 1
    const [, name] = HANGS.exec(line) ?? []
    if (name === undefined || !SAID_ONCE.has(name)) return
    if (this.#said.has(name)) this.#violations.add('log', `it is logged again that ${name} hangs`)
    this.#said.add(name)
  }
}
