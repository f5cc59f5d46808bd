import { isSecretText, secrecyOf } from '../secret-name.js'
import { isFlagBefore, redactUser } from './flags.js'
import { REDACTED } from './redacted.js'
import { redactText } from './text.js'

const FLAG = /^--?[\w.-]+$/
const ASSIGNMENT = /^(-{0,2}[\w.-]+)([=:])([^]+)/

/**
 * Redacts the arguments of a command: each argument like `redactText()`, the argument after a flag with a secret name
 * (`--password x`), and the password after a user (`--user admin:x`). The argument after the flag of a password is
 * redacted even if it begins with a dash. In `--password=…` the whole value is redacted, including spaces and `&`.
 *
 * @example
 * redactArguments(['--api-key', 'x', '--port=80']) // ['--api-key', '[REDACTED]', '--port=80']
 */
export function redactArguments (argv: readonly string[]): string[] {
  const redacted: string[] = []
  /** The flag before the argument. */
  let flag: string | undefined
  for (const [at, argument] of argv.entries()) {
    const isSecret = flag !== undefined && isSecretAfter(flag, argument, argv[at + 1])
    redacted.push(isSecret ? REDACTED : redactUser(flag, argument) ?? redactArgument(argument))
    flag = !isSecret && FLAG.test(argument) ? argument : undefined
  }
  return redacted
}

function isSecretAfter (flag: string, argument: string, next: string | undefined): boolean {
  return isSecretText(flag, argument) && !isFlagBefore(argument, next, secrecyOf(flag))
}

function redactArgument (argument: string): string {
  const [, name = '', sign = '', value = ''] = ASSIGNMENT.exec(argument) ?? []
  return isSecretText(name, value.trim()) ? name + sign + REDACTED : redactText(argument)
}
