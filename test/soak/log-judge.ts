import { CATALOGUE, endsOf } from './catalogue.js'
import type { Violations } from './violations.js'

const HANGS = /"check":"([^"]+)".* hangs: a run that timed out has not ended/

/** Checks that never end and are never removed. The log may report only once that such a check hangs. */
const ENDLESS = CATALOGUE.filter(({ sort, isTransient }) => endsOf(sort) === 'never' && !isTransient)
const ENDLESS_NAMES = new Set(ENDLESS.map(({ name }) => name))

/** The destination of the app's logger. It counts the lines and keeps none. */
export class LogJudge {
  count = 0
  readonly #violations: Violations
  readonly #logged = new Set<string>()

  constructor (violations: Violations) {
    this.#violations = violations
  }

  write (line: string): void {
    this.count += 1
    const [, name] = HANGS.exec(line) ?? []
    if (name === undefined || !ENDLESS_NAMES.has(name)) return
    if (this.#logged.has(name)) this.#violations.add('log', `a second log line says that ${name} hangs`)
    this.#logged.add(name)
  }
}
